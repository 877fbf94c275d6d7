import { type ModelKind, modelKinds } from '@nextcart/contracts';
import { EVENT_BYTES } from '@nextcart/trainer';
import type { Bench, Metrics } from '../harness/bench.ts';
import { startOwnServers } from '../harness/own-servers.ts';
import { waitForMerges } from '../ingest/database.ts';
import { fillEvents, TOPIC_ID } from './fill-events.ts';
import { readInProcess } from './read-in-process.ts';
import type { ReadAnswer } from './read-process.ts';

/**
 * What a training's process holds of its data, read out of ClickHouse page by page, and what its model learns from made of
 * them. The model itself is not built.
 */
const FULL = 10_000_000;
const QUICK = 100_000;
/** As a training's that may take 4 GiB. */
const HEAP_MIB = 4096;
const MIB = 2 ** 20;

export const dataSetBench: Bench = {
  name: 'data-set',
  about: 'memory that a training takes for 10 M events, by model',
  repeats: 1,
  prepare: async (context) => {
    const events = context.events ?? (context.quick ? QUICK : FULL);
    const servers = await startOwnServers(context);
    await servers.setUp();
    const filling = context.progress('events into the store', events, 'events');
    const ranges = await fillEvents(servers.store, events, (done) => filling.at(done));
    filling.done();
    await waitForMerges(servers.store);
    const url = servers.stack.urls.clickhouseUrl;
    return {
      n: { events, planned_bytes_per_event: EVENT_BYTES },
      measure: async () => {
        const metrics: Record<string, number> = {};
        for (const kind of modelKinds) {
          context.log(`  ${kind}: reading`);
          const answer = await readInProcess({ url, topicId: TOPIC_ID, ranges, kind }, HEAP_MIB);
          Object.assign(metrics, metricsOf(kind, answer));
        }
        return metrics;
      },
    };
  },
};

const metricsOf = (kind: ModelKind, { events, subjects, startBytes, peakBytes, seconds }: ReadAnswer): Metrics => ({
  [`${kind}.bytes_per_event`]: (peakBytes - startBytes) / events,
  [`${kind}.peak_mib`]: peakBytes / MIB,
  [`${kind}.start_mib`]: startBytes / MIB,
  [`${kind}.events`]: events,
  [`${kind}.subjects`]: subjects,
  [`${kind}.seconds`]: seconds,
});

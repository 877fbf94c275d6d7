import { createShop, defaultDirt } from '@nextcart/datasets';
import { systemClock } from '@nextcart/runtime';
import type { Bench } from '../harness/bench.ts';
import { startOwnServers } from '../harness/own-servers.ts';
import { measureEngine } from './engine-side.ts';
import { fillCatalogue, fillEvents } from './fill-topic.ts';
import { measureOurs, measureStarts } from './our-side.ts';
import { measureSteady } from './steady.ts';

/**
 * CPU from the log into the tables with the windows on: our services and the ClickHouse process, beside ClickHouse's
 * own Kafka engine over the same bytes in the same process. Both are measured until every record has its row and the
 * merges that the rows owe are done. Each repeat begins with empty tables and no offsets.
 */
const FULL = { events: 2_000_000, steadyS: 60, users: 100_000, items: 20_000 };
const QUICK = { events: 100_000, steadyS: 5, users: 10_000, items: 2000 };
/** Of the shop's clock: 2 M events are half an hour of a busy shop. */
const EVENTS_PER_S = 1000;

export const ingestBench: Bench = {
  name: 'ingest',
  about: "CPU an event from the log into the tables, beside ClickHouse's own Kafka engine; and at 1,000/s",
  repeats: 3,
  prepare: async (context) => {
    const size = context.quick ? QUICK : FULL;
    const servers = await startOwnServers(context);
    await servers.setUp();
    const shop = createShop({
      seed: 3,
      users: size.users,
      items: size.items,
      startAt: systemClock.now(),
      eventsPerSecond: EVENTS_PER_S,
      dirt: { ...defaultDirt, notAvro: 0 }, // which the engine would stop at
    });
    const records = shop.records(0);
    await fillCatalogue(servers, shop);
    const starts = await measureStarts(servers);
    await fillEvents(context, servers, records, size.events);
    let inLog = size.events;
    return {
      n: { events: size.events, steady_s: size.steadyS, users: size.users, items: size.items },
      measure: async () => {
        const engine = await measureEngine(context, servers, inLog);
        const ours = await measureOurs(context, servers, inLog, starts);
        const steady = await measureSteady(context, servers, ours.services, records, size.steadyS);
        inLog += steady.sent;
        for (const service of ours.services) await service.stop();
        return {
          ...ours.metrics,
          ...engine,
          ratio_to_engine: (ours.metrics['cpu_us_per_event'] ?? 0) / (engine['engine_cpu_us_per_event'] ?? 0),
          'cpu_us_per_event@1000_per_s': steady.microsPerEvent,
        };
      },
    };
  },
};

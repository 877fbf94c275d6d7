import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrainingMode } from '@nextcart/contracts';
import { createShop } from '@nextcart/datasets';
import { systemClock } from '@nextcart/runtime';
import type { Bench, BenchContext, Metrics } from '../harness/bench.ts';
import { type OwnServers, startOwnServers } from '../harness/own-servers.ts';
import { waitForMerges, waitForRows } from '../ingest/database.ts';
import { fillCatalogue, fillEvents } from '../ingest/fill-topic.ts';
import { type CycleRun, openCycles } from './run-cycle.ts';

/**
 * How old behaviour is before the models have it: from the job that plans a warm start to the record of its decision,
 * both models trained, measured and judged, and what passed taught the slice too. Real services and servers; nothing else
 * runs. A full training has been released before.
 */
const FULL = { users: 100_000, items: 20_000, past: 1_000_000, fresh: 150_000, epochs: 3, minSubjects: 2000 };
const QUICK = { users: 4000, items: 1000, past: 60_000, fresh: 15_000, epochs: 4, minSubjects: 100 };
/** The shop's people come every four days: a million events are six of its days, which end before today. */
const DAYS_AGO = 12;
const DAY_MS = 86_400_000;
/** Of the past, where snapshots are made: before the slice of the full training. */
const BEFORE_SLICE = 0.85;
/** Trainings at once, a thread each. */
const CORES = 2;
const SETTLE_MS = 2000;

/** Trainers do what they are asked for and nothing by the clock; their logs have the parts of a training. */
const trainerEnv = (servers: OwnServers, minSubjects: number) => ({
  LOG_LEVEL: 'info',
  TRAINER_DATA_DIR: join(servers.stack.dataDir, 'models'),
  TRAINER_MIN_SUBJECTS: String(minSubjects),
  TRAINER_CONCURRENCY: String(CORES),
  TRAINER_THREADS: '1',
  TRAINER_WARM_MINUTES: '0',
  TRAINER_FULL_HOURS: '0',
  TRAINER_EVALUATE_MINUTES: '0',
  TRAINER_CLEAN_UP_MINUTES: '0',
  TRAINER_WATCH_S: '0',
});

/** A round of each kind is through when the service is ready. */
const takeSnapshots = async (servers: OwnServers): Promise<void> => {
  await (await servers.startService('features')).stop();
};

export const freshnessBench: Bench = {
  name: 'freshness',
  about: 'seconds from planning a warm start of both models to its decision, gate included',
  repeats: 3,
  prepare: async (context) => {
    const known = context.quick ? QUICK : FULL;
    const size = { ...known, fresh: context.events ?? known.fresh };
    const { users, items, past, fresh, epochs, minSubjects } = size;
    const servers = await startOwnServers(context);
    await servers.setUp();
    const startAt = systemClock.now() - DAYS_AGO * DAY_MS;
    const shop = createShop({ seed: 23, users, items, startAt, dirt: false });
    await fillCatalogue(servers, shop);
    await servers.startService('ingest');
    const records = shop.records(0);
    let rows = 0;
    const fill = async (events: number, step: string) => {
      await fillEvents(context, servers, records, events);
      rows += events;
      await waitForRows(context, servers.store, step, rows);
    };
    const early = Math.round(BEFORE_SLICE * past);
    await fill(early, 'the past into the store');
    await takeSnapshots(servers);
    await fill(past - early, 'the rest of the past into the store');
    await servers.startService('features');
    const trainer = await servers.startService('trainer', { env: trainerEnv(servers, minSubjects) });
    const cycles = await openCycles(context, servers, trainer);
    const inForce = async (mode: TrainingMode): Promise<CycleRun> => {
      await waitForMerges(servers.store);
      await sleep(SETTLE_MS);
      const cycle = await cycles.run(mode, epochs);
      tell(context, mode, cycle);
      return cycle;
    };
    context.log(`the first release, of ${epochs} epochs`);
    const first = await inForce('full');
    if (first.run.verdict !== 'pass')
      throw new Error(`no warm start without a release, and the first did not pass: ${first.run.reasons.join('; ')}`);
    return {
      n: { users, items, past, fresh, first_epochs: epochs, trainings_at_once: CORES },
      measure: async () => {
        await fill(fresh, 'new events into the store');
        const warm = await inForce('warm');
        if (warm.run.mode !== 'warm') throw new Error('it was no warm start');
        return { ...metricsOf(warm), 'first.seconds': first.seconds.warm_start_s };
      },
    };
  },
};

const metricsOf = ({ run, seconds, slices }: CycleRun): Metrics => {
  const positions = (some: CycleRun['slices']['slice']) => some.reduce((sum, { from, to }) => sum + to - from, 0);
  return {
    ...seconds,
    passed: Number(run.verdict === 'pass'),
    refitted: Number(run.refitted),
    learned_events: run.events,
    new_positions: positions(slices.ranges),
    slice_positions: positions(slices.slice),
    subjects: run.subjects,
    requests: run.requests,
    coverage: run.coverage,
    'ndcg.candidate': run.metrics['NDCG@20 candidate']?.value ?? Number.NaN,
    'ndcg.champion': run.metrics['NDCG@20 champion']?.value ?? Number.NaN,
  };
};

const tell = (context: BenchContext, mode: TrainingMode, { run, seconds }: CycleRun): void => {
  context.log(`  ${mode}: ${run.verdict} after ${seconds.warm_start_s.toFixed(1)} s`);
  for (const reason of run.reasons) context.log(`    ${reason}`);
};

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RatesFile } from '@nextcart/events';
import { readEnv, settingsOf } from '@nextcart/features';
import { repoRoot, stackEnv } from '@nextcart/local';
import { readTrainingSettings } from '@nextcart/trainer';
import type { Bench, BenchContext } from '../harness/bench.ts';
import { startOwnServers } from '../harness/own-servers.ts';
import { linesOf, metricsOf } from './metrics.ts';
import { type ArmName, runSeed } from './run-seed.ts';
import { FULL, QUICK } from './sizes.ts';

/** What lists bring: the simulated shop in lockstep with lists of the product, of parts of it, of none and of the truth. */
export const upliftBench: Bench = {
  name: 'uplift',
  about: 'purchases per session with neural lists, neighbour lists, trending lists, none, and lists of the truth',
  repeats: 1,
  prepare: async (context) => {
    const size = context.quick ? QUICK : FULL;
    const { stack } = await startOwnServers(context);
    const { seeds, people, items, days } = size;
    const stop = new AbortController();
    context.onEnd(async () => stop.abort(new Error('the bench ends')));
    return {
      n: { seeds: seeds.length, people, items, days, training_every_days: size.trainEveryDays },
      measure: async () => {
        // side by side: trainings, the most of it, are processes of their own
        const all = await Promise.all(
          seeds.map(async (seed) => {
            const tallies = await runSeed(size, seed, {
              ...{ clickhouseUrl: stack.urls.clickhouseUrl, dataDir: stack.dataDir, signal: stop.signal },
              rates: JSON.parse(readFileSync(join(repoRoot, 'services/ingest/rates.json'), 'utf8')) as RatesFile,
              snapshots: settingsOf(readEnv({ ...stackEnv(stack.urls) })),
              training: readTrainingSettings(join(repoRoot, 'services/trainer/training.json')),
              tell: (line) => context.log(`  ${line}`),
              ...progressOf(context, seed, days),
            });
            for (const line of linesOf([tallies], `seed ${seed}`)) context.log(line);
            return tallies;
          }),
        );
        for (const line of linesOf(all, 'all seeds')) context.log(line);
        return metricsOf(all, seeds);
      },
    };
  },
};

const progressOf = (context: BenchContext, seed: number, days: number) => {
  let current: { readonly arm: ArmName; readonly progress: ReturnType<BenchContext['progress']> } | undefined;
  return {
    onDay: (arm: ArmName, day: number) => {
      if (current?.arm !== arm) {
        current?.progress.done();
        current = { arm, progress: context.progress(`seed ${seed}, ${arm}`, days, 'days') };
      }
      current.progress.at(Math.floor(day));
    },
    onStep: () => {},
  };
};

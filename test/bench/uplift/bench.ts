import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RatesFile } from '@nextcart/events';
import { readEnv, settingsOf } from '@nextcart/features';
import { repoRoot, stackEnv } from '@nextcart/local';
import { readTrainingSettings } from '@nextcart/trainer';
import type { Bench, BenchContext, Metrics } from '../harness/bench.ts';
import { startOwnServers } from '../harness/own-servers.ts';
import { type Estimate, estimate, ratiosOf, type SeedTallies, shareOfTheWay } from './figures.ts';
import { type ArmName, armNames, runSeed } from './run-seed.ts';
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

type Means = Readonly<Record<ArmName, number>>;

/** Over the same people: what is said of two arms or three. */
const comparisons: Readonly<Record<string, (means: Means) => number>> = {
  neural_over_neighbours: (means) => means.neural - means.neighbours,
  neural_over_trending: (means) => means.neural - means.trending,
  neural_over_none: (means) => means.neural - means.none,
  share_of_the_way: shareOfTheWay('trending', 'oracle', 'neural'),
  neighbours_share_of_the_way: shareOfTheWay('trending', 'oracle', 'neighbours'),
};

/** What lists are for: by session, and compared. */
const sold = ['purchases', 'revenue'] as const;
const soldOf = (tallies: readonly SeedTallies[]): Record<string, Estimate> => {
  const figures: Record<string, Estimate> = {};
  for (const column of sold) {
    for (const arm of armNames)
      figures[`${column}_per_session.${arm}`] = estimate(tallies, column, (means) => means[arm] as number);
    for (const [what, of] of Object.entries(comparisons))
      figures[`${column}_per_session.${what}`] = estimate(tallies, column, of);
  }
  return figures;
};

/** How it comes about. */
const wayOf = (tallies: readonly SeedTallies[]): Record<string, number> => {
  const figures: Record<string, number> = {};
  for (const column of ['impressions', 'clicks', 'views', 'carts'] as const)
    for (const arm of armNames) figures[`${column}_per_session.${arm}`] = ratiosOf(tallies, column)[arm] as number;
  return figures;
};

const linesOf = (tallies: readonly SeedTallies[], title: string): string[] => [
  `${title}:`,
  ...Object.entries(soldOf(tallies)).map(
    ([name, { value, low, high }]) => `  ${name} ${value.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`,
  ),
];

const metricsOf = (all: readonly SeedTallies[], seeds: readonly number[]): Metrics => {
  const metrics: Record<string, number> = {};
  for (const [name, { value, low, high }] of Object.entries(soldOf(all)))
    Object.assign(metrics, { [name]: value, [`${name}.low`]: low, [`${name}.high`]: high });
  Object.assign(metrics, wayOf(all));
  seeds.forEach((seed, at) => {
    for (const [name, { value }] of Object.entries(soldOf([all[at] as SeedTallies])))
      metrics[`${name}@seed_${seed}`] = value;
  });
  return metrics;
};

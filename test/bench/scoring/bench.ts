import { createTopItemsScorer } from '@nextcart/models';
import type { Bench, BenchContext } from '../harness/bench.ts';
import { createPeak } from './peak.ts';

/**
 * Scoring a catalogue, exact best 20 of it, beside the time that the products alone would take at the machine's peak.
 * All that is compared takes turns within a round. The ratio is of the best rounds: a peak is the best that was reached,
 * and what takes a millisecond is seldom interrupted while what takes twenty often is.
 */
const WIDTH = 128;
const TOP = 20;
const THREADS = [1, 2];
const CATALOGUES = [
  { items: 20_000, batches: [1, 8, 32], rounds: 30, users: 1024 },
  { items: 100_000, batches: [32, 128], rounds: 10, users: 256 },
  { items: 1_000_000, batches: [32, 128], rounds: 3, users: 128 },
];
const QUICK = [{ items: 2000, batches: [1, 8], rounds: 5, users: 16 }];
/** Runs before what is kept: caches and threads are warm. */
const WARM_UP = 2;

interface Subject {
  readonly name: string;
  readonly items: number;
  readonly threads: number;
  /** Users that a run scores, batch after batch: what is measured is a scorer at work, not one that wakes up. */
  readonly users: number;
  run(): Promise<unknown>;
}

/** 20000 as '20k', 1000000 as '1m'. */
const short = (count: number): string => (count >= 1_000_000 ? `${count / 1_000_000}m` : `${count / 1000}k`);

/** Numbers in ±0.5 by Park and Miller's generator: the same in every run. */
const madeNumbers = (length: number): Float32Array => {
  let seed = 12_345;
  const values = new Float32Array(length);
  for (let at = 0; at < length; at += 1) {
    seed = (seed * 48_271) % 2_147_483_647;
    values[at] = seed / 2_147_483_647 - 0.5;
  }
  return values;
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

const openSubjects = async (
  context: BenchContext,
  { items, batches, users }: (typeof CATALOGUES)[number],
): Promise<Subject[]> => {
  const vectors = madeNumbers(items * WIDTH);
  const subjects: Subject[] = [];
  for (const threads of THREADS)
    for (const batch of batches) {
      context.log(`  ${short(items)} items, batch ${batch}, threads: ${threads}`);
      const scorer = await createTopItemsScorer({ vectors, width: WIDTH }, { top: TOP, batch, threads });
      context.onEnd(scorer.close);
      const queries = madeNumbers(users * WIDTH);
      const name = `${short(items)}_items_batch_${batch}_${threads}_threads`;
      subjects.push({ name, items, threads, users, run: () => scorer.score(queries) });
    }
  return subjects;
};

export const scoringBench: Bench = {
  name: 'scoring',
  about: 'µs a user to score 20,000, 100,000 and 1 M items and keep the best 20, beside the floor',
  repeats: 3,
  prepare: async (context) => {
    const catalogues = context.quick ? QUICK : CATALOGUES;
    const peaks = new Map(
      await Promise.all(THREADS.map(async (threads) => [threads, await createPeak(threads)] as const)),
    );
    for (const peak of peaks.values()) context.onEnd(peak.close);
    const groups: { readonly subjects: readonly Subject[]; readonly rounds: number }[] = [];
    for (const catalogue of catalogues)
      groups.push({ subjects: await openSubjects(context, catalogue), rounds: catalogue.rounds });
    return {
      n: { width: WIDTH, top: TOP },
      measure: async () => {
        const metrics: Record<string, number> = {};
        const flops = new Map<number, number[]>(THREADS.map((threads) => [threads, []]));
        const micros = new Map<Subject, number[]>();
        for (const { subjects, rounds } of groups)
          for (let round = -WARM_UP; round < rounds; round += 1) {
            for (const [threads, peak] of peaks) {
              const reached = await peak.measure();
              if (round >= 0) flops.get(threads)?.push(reached);
            }
            for (const subject of subjects) {
              const startedAt = performance.now();
              await subject.run();
              const taken = ((performance.now() - startedAt) * 1000) / subject.users;
              if (round >= 0) micros.set(subject, [...(micros.get(subject) ?? []), taken]);
            }
          }
        for (const [threads, reached] of flops) metrics[`peak_gflops@${threads}_threads`] = Math.max(...reached) / 1e9;
        for (const [{ name, items, threads }, taken] of micros) {
          const floor = (2 * items * WIDTH * 1e6) / Math.max(...(flops.get(threads) ?? []));
          metrics[`us_per_user@${name}`] = median(taken);
          metrics[`best_us_per_user@${name}`] = Math.min(...taken);
          metrics[`floor_us@${name}`] = floor;
          metrics[`ratio@${name}`] = Math.min(...taken) / floor;
        }
        return metrics;
      },
    };
  },
};

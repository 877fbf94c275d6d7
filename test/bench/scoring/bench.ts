import { createTopItemsScorer, type TopItems, type TopItemsScorer } from '@nextcart/models';
import type { Bench, BenchContext } from '../harness/bench.ts';
import { openApproximate, recallOf } from './approximate.ts';
import { makeCatalogue } from './made-catalogue.ts';
import { NAMED_BY_BATCH, nameOf, scoringMetrics, short } from './metrics.ts';
import { createPeak } from './peak.ts';

/**
 * Scoring a catalogue, exact best 20 of it, beside the time that the products alone would take at the machine's peak.
 * All that is compared takes turns within a round. The ratio is of the best rounds: a peak is the best that was reached,
 * and what takes a millisecond is seldom interrupted while what takes twenty often is.
 */
const WIDTH = 128;
const TOP = 20;
const THREADS = [1, 2];
interface Sizes {
  readonly items: number;
  readonly batches: readonly number[];
  readonly rounds: number;
  readonly users: number;
  /** Where approximate search stands beside it. */
  readonly candidates?: number;
}
const CATALOGUES: readonly Sizes[] = [
  { items: NAMED_BY_BATCH, batches: [1, 8, 32], rounds: 30, users: 1024 },
  { items: 100_000, batches: [32, 128], rounds: 10, users: 256, candidates: 256 },
  { items: 1_000_000, batches: [32, 128], rounds: 3, users: 128, candidates: 256 },
];
const QUICK: readonly Sizes[] = [
  { items: NAMED_BY_BATCH, batches: [1, 8, 32], rounds: 3, users: 64 },
  { items: 2000, batches: [8], rounds: 3, users: 16, candidates: 100 },
];
/** Runs before what is kept: caches and threads are warm. */
const WARM_UP = 2;

interface Subject {
  readonly name: string;
  readonly items: number;
  readonly threads: number;
  /** Users that a run scores, batch after batch: what is measured is a scorer at work, not one that wakes up. */
  readonly users: number;
  run(): Promise<TopItems>;
}

interface Group {
  readonly subjects: readonly Subject[];
  /** The last of the subjects, where there is one. */
  readonly approximate?: { readonly subject: Subject; readonly buildSeconds: number };
  readonly rounds: number;
}

const openGroup = async (context: BenchContext, sizes: Sizes): Promise<Group> => {
  const { items, batches, users, candidates, rounds } = sizes;
  const { vectors, queries } = makeCatalogue(items, users, WIDTH);
  const subjectOf = (batch: number | 'approximate', threads: number, scorer: TopItemsScorer): Subject => ({
    name: nameOf({ batch, threads, items }),
    items,
    threads,
    users,
    run: () => scorer.score(queries),
  });
  const subjects: Subject[] = [];
  for (const threads of THREADS)
    for (const batch of batches) {
      context.log(`  ${short(items)} items, batch ${batch}, threads: ${threads}`);
      const scorer = await createTopItemsScorer({ vectors, width: WIDTH }, { top: TOP, batch, threads });
      context.onEnd(scorer.close);
      subjects.push(subjectOf(batch, threads, scorer));
    }
  if (candidates === undefined) return { subjects, rounds };
  const { scorer, buildSeconds } = await openApproximate(context, { vectors, width: WIDTH }, { top: TOP, candidates });
  const subject = subjectOf('approximate', 1, scorer);
  return { subjects: [...subjects, subject], approximate: { subject, buildSeconds }, rounds };
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
    const groups: Group[] = [];
    for (const sizes of catalogues) groups.push(await openGroup(context, sizes));
    return {
      n: { width: WIDTH, top: TOP },
      measure: async () => {
        const metrics: Record<string, number> = {};
        const flops = new Map<number, number[]>(THREADS.map((threads) => [threads, []]));
        const micros = new Map<Subject, number[]>();
        const found = new Map<Subject, TopItems>();
        for (const { subjects, rounds } of groups)
          for (let round = -WARM_UP; round < rounds; round += 1) {
            for (const [threads, peak] of peaks) {
              const reached = await peak.measure();
              if (round >= 0) flops.get(threads)?.push(reached);
            }
            for (const subject of subjects) {
              const startedAt = performance.now();
              found.set(subject, await subject.run());
              const taken = ((performance.now() - startedAt) * 1000) / subject.users;
              if (round >= 0) micros.set(subject, [...(micros.get(subject) ?? []), taken]);
            }
          }
        for (const [threads, reached] of flops) metrics[`peak_gflops@${threads}_threads`] = Math.max(...reached) / 1e9;
        for (const [{ name, items, threads }, taken] of micros) {
          const floor = (2 * items * WIDTH * 1e6) / Math.max(...(flops.get(threads) ?? []));
          Object.assign(metrics, scoringMetrics(name, taken, floor));
        }
        for (const { subjects, approximate } of groups) {
          if (approximate === undefined) continue;
          const [exact, near] = [subjects[0] as Subject, approximate.subject].map((of) => found.get(of) as TopItems);
          metrics[`recall@${approximate.subject.name}`] = recallOf(near as TopItems, exact as TopItems, TOP);
          metrics[`build_s@${approximate.subject.name}`] = approximate.buildSeconds;
        }
        return metrics;
      },
    };
  },
};

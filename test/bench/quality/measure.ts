/** Scores of several parts over the same users, each asked for once. */
import {
  fuse,
  ndcgAt,
  rankAgainst,
  recallAt,
  revenueAt,
  type ScoreKind,
  toCommonScale,
  type ValidationPool,
} from '@nextcart/models';
import type { Progress } from '../harness/bench.ts';
import { meanOf } from './intervals.ts';
import { shownOf } from './list-figures.ts';
import type { NamedTask, Part, TestTask } from './recipe.ts';

/** Users at once: what the parts' scorers are made for. */
export const BATCH = 64;

interface Subject {
  readonly user: number;
  /** [items] of each part, good until the next subject. */
  readonly scores: readonly Float32Array[];
  readonly seen: Int32Array;
  readonly targets: ReadonlySet<number>;
}

/** Who has targets, in order: the subjects. */
export const usersOf = ({ targets: { rowStart } }: NamedTask): Int32Array =>
  rowStart
    .slice(0, -1)
    .map((_, user) => user)
    .filter((user) => (rowStart[user + 1] as number) > (rowStart[user] as number));

/** Each user of the task who has targets, in order. */
async function* subjectsOf(task: NamedTask, parts: readonly Part[], progress?: Progress): AsyncGenerator<Subject> {
  const { items, seen, targets } = task;
  const itemsOf = ({ rowStart, columns }: NamedTask['seen'], user: number) =>
    columns.subarray(rowStart[user], rowStart[user + 1]);
  const withTargets = usersOf(task);
  for (let start = 0; start < withTargets.length; start += BATCH) {
    const some = withTargets.subarray(start, start + BATCH);
    const scores: Float32Array[] = [];
    for (const part of parts) scores.push(await part.score(some));
    for (const [place, user] of some.entries())
      yield {
        user,
        scores: scores.map((all) => all.subarray(place * items, (place + 1) * items)),
        seen: itemsOf(seen, user),
        targets: new Set(itemsOf(targets, user)),
      };
    progress?.at(start + some.length);
  }
  progress?.done();
}

/** Mean NDCG@k over the subjects of each task, and then over the tasks: what choices are made by. */
export const qualityOf = async (tasks: readonly NamedTask[], part: Part): Promise<number> => {
  const means: number[] = [];
  for (const task of tasks) {
    const found: number[] = [];
    for await (const { scores, seen, targets } of subjectsOf(task, [part]))
      found.push(ndcgAt(rankAgainst(scores[0] as Float32Array, new Set(seen), targets, task.k), targets, task.k));
    means.push(meanOf(found));
  }
  return meanOf(means);
};

/** Fills a pool with the scores of all parts on their common scale. */
export const fillPool = async (
  pool: ValidationPool,
  task: NamedTask,
  parts: readonly Part[],
  kinds: readonly ScoreKind[],
  progress: Progress,
) => {
  const z = parts.map(() => new Float32Array(task.items));
  for await (const { scores, seen, targets } of subjectsOf(task, parts, progress)) {
    scores.forEach((one, at) => toCommonScale(one, kinds[at] as ScoreKind, seen, z[at] as Float32Array));
    pool.add(z, new Set(seen), targets);
  }
};

export interface Measured {
  readonly recall: Float64Array;
  readonly ndcg: Float64Array;
  /** Where the task has amounts. */
  readonly revenue?: Float64Array;
  /** What was shown to each subject. */
  readonly lists: readonly Int32Array[];
}

/** Of each part, and of their fusion by `weights` as the last. */
export const measureAll = async (
  task: TestTask,
  parts: readonly Part[],
  kinds: readonly ScoreKind[],
  weights: readonly number[],
  progress: Progress,
): Promise<Measured[]> => {
  const z = parts.map(() => new Float32Array(task.items));
  const fused = new Float32Array(task.items);
  const rows = [...parts, undefined].map(() => ({
    recall: [] as number[],
    ndcg: [] as number[],
    revenue: [] as number[],
    lists: [] as Int32Array[],
  }));
  for await (const { user, scores, seen, targets } of subjectsOf(task, parts, progress)) {
    scores.forEach((one, at) => toCommonScale(one, kinds[at] as ScoreKind, seen, z[at] as Float32Array));
    fuse(z, weights, fused);
    const hidden = new Set(seen);
    const amounts = task.amountsOf?.(user);
    [...scores, fused].forEach((one, at) => {
      const ranked = rankAgainst(one, hidden, targets, task.k);
      rows[at]?.recall.push(recallAt(ranked, targets, task.k, task.denominator));
      rows[at]?.ndcg.push(ndcgAt(ranked, targets, task.k));
      rows[at]?.lists.push(shownOf(ranked, one));
      if (amounts) rows[at]?.revenue.push(revenueAt(ranked, task.k, amounts));
    });
  }
  return rows.map(({ recall, ndcg, revenue, lists }) => ({
    recall: Float64Array.from(recall),
    ndcg: Float64Array.from(ndcg),
    ...(task.amountsOf && { revenue: Float64Array.from(revenue) }),
    lists,
  }));
};

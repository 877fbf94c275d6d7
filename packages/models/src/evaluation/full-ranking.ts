import type { SparseRows } from '../item-graph.ts';
import { ndcgAt, recallAt } from '../metrics.ts';
import { rankAgainst } from './rank-against.ts';

export interface RankingTask {
  readonly items: number;
  /** [users, items]: not ranked. */
  readonly seen: SparseRows;
  /** [users, items]: to be found; users without any are not evaluated. */
  readonly targets: SparseRows;
  readonly k: number;
  /** Of recall; see `recallAt`. */
  readonly denominator: 'targets' | 'capped';
}

/** A figure for each user that has targets, in the order of `users`: for means, intervals and paired comparisons. */
export interface RankingQuality {
  readonly users: Int32Array;
  readonly recall: Float64Array;
  readonly ndcg: Float64Array;
}

/** Scores [at least users.length, items] of some users. */
export type ScoreUsers = (users: Int32Array) => Promise<Float32Array>;

/** Ranks the whole catalogue for each user with targets, `batch` users at a time. */
export const evaluateFullRanking = async (
  { items, seen, targets, k, denominator }: RankingTask,
  score: ScoreUsers,
  batch: number,
): Promise<RankingQuality> => {
  const users = targets.rowStart
    .slice(0, -1)
    .map((_, user) => user)
    .filter((user) => (targets.rowStart[user + 1] as number) > (targets.rowStart[user] as number));
  const quality = { users, recall: new Float64Array(users.length), ndcg: new Float64Array(users.length) };
  for (let start = 0; start < users.length; start += batch) {
    const some = users.subarray(start, start + batch);
    const scores = await score(some);
    some.forEach((user, place) => {
      const wanted = new Set(rowOf(targets, user));
      const row = scores.subarray(place * items, (place + 1) * items);
      const ranked = rankAgainst(row, new Set(rowOf(seen, user)), wanted, k);
      quality.recall[start + place] = recallAt(ranked, wanted, k, denominator);
      quality.ndcg[start + place] = ndcgAt(ranked, wanted, k);
    });
  }
  return quality;
};

export const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const rowOf = ({ rowStart, columns }: SparseRows, row: number): Int32Array =>
  columns.subarray(rowStart[row], rowStart[row + 1]);

/**
 * The linear partner (EDLAE) as a baseline: what goes with what, in closed form, out of what the cycle's trainings read.
 * Nothing of it is served: a published strong method that any candidate must beat where it is fitted (decision 36).
 */
import type { Store } from '@nextcart/clickhouse';
import type { ItemIndex, LogSlice } from '@nextcart/contracts';
import { fitEdlae, type SparseRows, scoreLinear } from '@nextcart/models';
import { createHistoryBags, createItemNumbers, type ScoringPart } from '@nextcart/ranking';
import { bagWeights, toBags } from '../data-set/bags.ts';
import { readDataSet } from '../data-set/read-data-set.ts';
import { type TrainingSettings, typesOf } from '../data-set/settings.ts';

/** Its name among the baselines, and the part of a list that it speaks as. */
export const LINEAR = 'linear';

/** The most frequent ones. An inverse takes the cube of their number: 4 s of CPU and 50 MB, of 10,000 17 s and 200 MB. */
const MOST_ITEMS = 5000;
/** The newest ones: 26 bytes and some microseconds each. */
const MOST_POSITIONS = 1_000_000;
/** Where the grid of the simulated shop begins, whose seeds chose a lambda of 100 or 300. */
const SETTINGS = { lambda: 100, dropout: 0.33, keep: 200 } as const;

export interface LinearOptions {
  readonly attempt: <T>(query: () => Promise<T>) => Promise<T>;
  readonly index: ItemIndex;
  readonly threads: number;
  readonly signal: AbortSignal;
}
/** Fits it on slices of a log; or why that can't be. */
export type FitLinear = (
  log: { readonly topicId: string; readonly ranges: readonly LogSlice[] },
  options: LinearOptions,
) => Promise<ScoringPart | string>;

export const linearBaseline =
  ({ store, settings }: { readonly store: Store; readonly settings: TrainingSettings }): FitLinear =>
  async ({ topicId, ranges }, { attempt, index, threads, signal }) => {
    const data = await readDataSet(store, { topicId, ranges: newestOf(ranges, MOST_POSITIONS) }, settings, attempt);
    // items are numbered by their support
    const items = Math.min(MOST_ITEMS, data.itemIds.length);
    if (items < 2) return `no linear baseline: ${items} items have support`;
    try {
      const bags = firstColumns(toBags(data, settings, 0).inputs, items);
      const model = await fitEdlae(bags, items, { ...SETTINGS, threads, signal });
      return linearPart(model, data.itemIds.slice(0, items), index, settings);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return `no linear baseline: ${error.message}`;
    }
  };

/** The last `most` positions of some slices, of each its share. */
export const newestOf = (slices: readonly LogSlice[], most: number): LogSlice[] => {
  const all = slices.reduce((sum, { from, to }) => sum + to - from, 0);
  const share = Math.min(1, most / Math.max(1, all));
  return slices.map(({ partition, from, to }) => ({ partition, from: to - Math.ceil(share * (to - from)), to }));
};

/** Columns below `width`. */
const firstColumns = ({ rowStart, columns, weights }: SparseRows, width: number): SparseRows => {
  const starts = new Int32Array(rowStart.length);
  const kept: number[] = [];
  for (let row = 0; row + 1 < rowStart.length; row += 1) {
    for (let at = rowStart[row] as number; at < (rowStart[row + 1] as number); at += 1)
      if ((columns[at] as number) < width) kept.push(at);
    starts[row + 1] = kept.length;
  }
  return {
    rowStart: starts,
    columns: Int32Array.from(kept, (at) => columns[at] as number),
    weights: Float32Array.from(kept, (at) => weights[at] as number),
  };
};

/** `model` [items, items], `itemIds` by its numbers; histories become bags as trainings make them. */
export const linearPart = (
  model: SparseRows,
  itemIds: readonly string[],
  index: ItemIndex,
  settings: Pick<TrainingSettings, 'events' | 'recencyHalfLifeDays'>,
): ScoringPart => {
  const numbers = createItemNumbers(index, itemIds);
  const bag = { weights: bagWeights(settings), halfLifeDays: settings.recencyHalfLifeDays };
  const bagsOf = createHistoryBags({ types: typesOf(settings), bag }, numbers, 0);
  const scores = new Float32Array(itemIds.length);
  const first = Int32Array.of(0);
  return {
    source: LINEAR,
    score: ({ history }, sheet) => {
      scoreLinear(model, bagsOf([history], []).bags, first, scores);
      for (let number = 0; number < scores.length; number += 1)
        if ((scores[number] as number) > 0) sheet.add(numbers.indexOf(number), scores[number] as number);
    },
  };
};

/**
 * The linear partner (EDLAE) as a baseline: what goes with what, in closed form, out of what the cycle's trainings read.
 * Nothing of it is served: a published strong method that any candidate must beat where it is fitted (decision 36).
 */
import type { Store } from '@nextcart/clickhouse';
import { eventTypes, type ItemIndex, type LogSlice, type SubjectHistory } from '@nextcart/contracts';
import { fitEdlae, NO_ITEM, type SparseRows, scoreLinear } from '@nextcart/models';
import type { ScoringPart } from '@nextcart/ranking';
import { bagWeights, toBags } from '../data-set/bags.ts';
import { readDataSet } from '../data-set/read-data-set.ts';
import { type TrainingSettings, typesOf } from '../data-set/settings.ts';

/** Its name among the baselines, and the part of a list that it speaks as. */
export const LINEAR = 'linear';

/** The most frequent ones. An inverse takes the cube of their number: 4 s of CPU and 50 MB, of 10,000 17 s and 200 MB. */
const MOST_ITEMS = 5000;
/** The newest ones: 26 bytes and some microseconds each. */
const MOST_POSITIONS = 1_000_000;
/** As chosen on the simulated shop (docs/quality.md). */
const CHOSEN = { lambda: 100, dropout: 0.33, keep: 200 } as const;

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
      const bags = firstColumns(toBags(data, settings).inputs, items);
      const model = await fitEdlae(bags, items, { ...CHOSEN, threads, signal });
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
  const places = itemIds.map((id) => index.add(id));
  const numbers = new Map(places.map((place, number) => [place, number]));
  const scores = new Float32Array(itemIds.length);
  const bagOf = createBags(settings, (place) => numbers.get(place) ?? NO_ITEM);
  const first = Int32Array.of(0);
  return {
    source: LINEAR,
    score: ({ history }, sheet) => {
      scoreLinear(model, bagOf(history), first, scores);
      for (let number = 0; number < scores.length; number += 1)
        if ((scores[number] as number) > 0) sheet.add(places[number] as number, scores[number] as number);
    },
  };
};

const DAY_MS = 86_400_000;

const createBags = (
  settings: Pick<TrainingSettings, 'events' | 'recencyHalfLifeDays'>,
  numberOf: (place: number) => number,
) => {
  const types = typesOf(settings);
  const weights = bagWeights(settings);
  const weightOf = eventTypes.map((type) => weights[types.indexOf(type)] ?? 0);
  const halfLifeMs = settings.recencyHalfLifeDays * DAY_MS;
  return ({ length, items, types: of, times }: SubjectHistory): SparseRows => {
    let newest = -Infinity;
    for (let cell = 0; cell < length; cell += 1) newest = Math.max(newest, times[cell] as number);
    const bag = new Map<number, number>();
    for (let cell = 0; cell < length; cell += 1) {
      const weight = weightOf[of[cell] as number] as number;
      const number = weight > 0 ? numberOf(items[cell] as number) : NO_ITEM;
      if (number === NO_ITEM) continue;
      const aged = weight * 2 ** (((times[cell] as number) - newest) / halfLifeMs);
      bag.set(number, (bag.get(number) ?? 0) + aged);
    }
    return {
      rowStart: Int32Array.of(0, bag.size),
      columns: Int32Array.from(bag.keys()),
      weights: Float32Array.from(bag.values()),
    };
  };
};

/**
 * Subjects' folds as the bags that they are served by: events of the release's types in the order of the fold, items that
 * the release does not know left out, ages from the subject's newest event. Amounts are not known at serving.
 */
import { type EventType, eventTypes, type SubjectHistory } from '@nextcart/contracts';
import {
  type Artifact,
  type BagEvents,
  eventWeightDefaults,
  NO_ITEM,
  queryWords,
  type SparseRows,
  weightedBags,
} from '@nextcart/models';
import { readServingSettings } from '@nextcart/ranking';

const DAY_MS = 86_400_000;
const SEARCH = eventTypes.indexOf('search');
/** No event is later: a fold ends where it ends. */
const ANY_TIME = 8.64e15;

export interface ServingBags {
  /** In the order of the models' numbers. */
  readonly types: readonly EventType[];
  /** [histories, columns]. Items are those of the release, by its numbers; greater ones are unknown to it. */
  of(histories: readonly SubjectHistory[]): SparseRows;
}

/**
 * `sides`: columns for words of searches that its autoencoder has behind its items. Throws as `readServingSettings` does for
 * a release that can't be served.
 */
export const servingBags = ({ manifest, items }: Pick<Artifact, 'manifest' | 'items'>, sides: number): ServingBags => {
  const { types, bag } = readServingSettings(manifest.settings);
  const numbers = eventTypes.map((type) => types.indexOf(type));
  const options = {
    ...{ types: bag.weights, halfLifeMs: bag.halfLifeDays * DAY_MS, items: items.length, sides },
    ...{ amountShare: 0, amountLimits: eventWeightDefaults.amountLimits },
  };
  return {
    types,
    of: (histories) => {
      const events = eventsOf(histories, numbers, items.length);
      const tokens = sides > 0 && { tokens: queryWords(events.queries, sides) };
      return weightedBags({ ...events, ...tokens }, options, ANY_TIME).inputs;
    },
  };
};

/** `queries`: of searches without an item that is known. */
const eventsOf = (
  histories: readonly SubjectHistory[],
  numbers: readonly number[],
  known: number,
): BagEvents & { readonly queries: readonly (string | null)[] } => {
  const queries: (string | null)[] = [];
  const rowStart = new Int32Array(histories.length + 1);
  const most = histories.reduce((sum, { length }) => sum + length, 0);
  const [items, types, times] = [new Int32Array(most), new Uint8Array(most), new Float64Array(most)];
  let count = 0;
  histories.forEach((history, row) => {
    for (let at = 0; at < history.length; at += 1) {
      const type = numbers[history.types[at] as number] as number;
      const item = history.items[at] as number;
      if (type < 0) continue;
      items[count] = item < known ? item : NO_ITEM;
      queries.push(history.types[at] === SEARCH && items[count] === NO_ITEM ? (history.queries[at] ?? null) : null);
      types[count] = type;
      times[count] = history.times[at] as number;
      count += 1;
    }
    rowStart[row + 1] = count;
  });
  return {
    queries,
    rowStart,
    items: items.subarray(0, count),
    types: types.subarray(0, count),
    times: times.subarray(0, count),
    amounts: new Float64Array(count).fill(NaN),
  };
};

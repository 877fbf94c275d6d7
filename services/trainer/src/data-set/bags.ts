import { type AutoencoderData, foldStart, NO_ITEM, queryWords, type SparseRows } from '@nextcart/models';
import { amountScale } from './amount-scale.ts';
import type { DataSet } from './data-set.ts';
import { searchTokens } from './search-tokens.ts';
import { type TrainingSettings, typesOf } from './settings.ts';

const DAY_MS = 86_400_000;

/**
 * What the autoencoder learns from: inputs [subjects, items + sides], where the model has so many columns for searches, targets [subjects, items]. Inputs are the bag that
 * serving makes of a subject: the events of its fold, and the words of its searches behind the items, weighed by type and
 * by age against the newest of them; amounts are not known there. Targets are all of the
 * subject's events, weighed by type, amount, and age against the newest event of all, so that what is old counts less.
 * Columns rise within a row; rows without items stay, so that row and subject agree.
 */
export const toBags = (data: DataSet, settings: TrainingSettings, sides: number): AutoencoderData => {
  const { times } = data;
  const scale = amountScale(data, settings.amountShare);
  const newest = times.reduce((latest, time) => Math.max(latest, time), -Infinity);
  const inputs = sumRows(
    data,
    settings,
    (start, end) => {
      const first = start + foldStart(end - start);
      let last = -Infinity;
      for (let event = first; event < end; event += 1) last = Math.max(last, times[event] as number);
      return { first, end, asOf: last, scale: () => 1 };
    },
    searchesOf(data, settings, sides),
  );
  const targets = sumRows(data, settings, (first, end) => ({ first, end, asOf: newest, scale }));
  return { inputs, targets };
};

interface RowEvents {
  readonly first: number;
  readonly end: number;
  /** What ages count from, epoch ms. */
  readonly asOf: number;
  readonly scale: (event: number) => number;
}

/** Of each subject's events from `start` to `end`, those that `rowOf` says, summed by item. */
const sumRows = (
  { rowStart, items, itemIds, types, times }: DataSet,
  settings: TrainingSettings,
  rowOf: (start: number, end: number) => RowEvents,
  /** [events, sides]. */
  sides?: SparseRows,
): SparseRows => {
  const byType = bagWeights(settings);
  const halfLifeMs = settings.recencyHalfLifeDays * DAY_MS;
  const starts = new Int32Array(rowStart.length);
  const most = items.length + (sides?.columns.length ?? 0);
  const columns = new Int32Array(most);
  const weights = new Float32Array(most);
  let entries = 0;
  for (let row = 0; row + 1 < rowStart.length; row += 1) {
    const { first, end, asOf, scale } = rowOf(rowStart[row] as number, rowStart[row + 1] as number);
    const sums = new Map<number, number>();
    for (let event = first; event < end; event += 1) {
      const item = items[event] as number;
      const weight = byType[types[event] as number] as number;
      const [from, to] = sides ? [sides.rowStart[event] as number, sides.rowStart[event + 1] as number] : [0, 0];
      if (weight === 0 || (item === NO_ITEM && from === to)) continue;
      const age = asOf - (times[event] as number);
      const now = weight * scale(event) * 0.5 ** (age / halfLifeMs);
      if (item !== NO_ITEM) sums.set(item, (sums.get(item) ?? 0) + now);
      for (let at = from; at < to; at += 1) {
        const column = itemIds.length + (sides?.columns[at] as number);
        sums.set(column, (sums.get(column) ?? 0) + now * (sides?.weights[at] as number));
      }
    }
    for (const [item, sum] of [...sums].sort(([a], [b]) => a - b)) {
      columns[entries] = item;
      weights[entries] = sum;
      entries += 1;
    }
    starts[row + 1] = entries;
  }
  return { rowStart: starts, columns: columns.slice(0, entries), weights: weights.slice(0, entries) };
};

/** By the numbers of types. */
export const bagWeights = (settings: Pick<TrainingSettings, 'events'>): readonly number[] =>
  typesOf(settings).map((type) => settings.events[type]?.bag ?? 0);

/** Columns of bags behind those of items that a new model has: words of searches, where bags weigh these. */
export const sidesOf = ({ events, searchFeatures }: Pick<TrainingSettings, 'events' | 'searchFeatures'>): number =>
  (events.search?.bag ?? 0) > 0 ? searchFeatures : 0;

const searchesOf = (data: DataSet, settings: TrainingSettings, sides: number): SparseRows | undefined =>
  sides > 0 ? searchTokens(data, settings, queryWords(data.queryTexts, sides)) : undefined;

import { NO_ITEM, type SparseRows } from '@nextcart/models';
import { amountScale } from './amount-scale.ts';
import type { DataSet } from './data-set.ts';
import { type TrainingSettings, typesOf } from './settings.ts';

const DAY_MS = 86_400_000;

/**
 * [subjects, items], what the autoencoder learns from: the sum of an item's events, weighed by type, age against the
 * newest event of all, and amount. Columns rise within a row; rows without items stay, so that row and subject agree.
 */
export const toBags = (data: DataSet, settings: TrainingSettings): SparseRows => {
  const { rowStart, items, types, times } = data;
  const byType = typesOf(settings).map((type) => settings.events[type]?.bag ?? 0);
  const scale = amountScale(data, settings.amountShare);
  const halfLifeMs = settings.recencyHalfLifeDays * DAY_MS;
  const newest = times.reduce((latest, time) => Math.max(latest, time), -Infinity);
  const starts = new Int32Array(rowStart.length);
  const columns = new Int32Array(items.length);
  const weights = new Float32Array(items.length);
  let entries = 0;
  for (let row = 0; row + 1 < rowStart.length; row += 1) {
    const sums = new Map<number, number>();
    for (let event = rowStart[row] as number; event < (rowStart[row + 1] as number); event += 1) {
      const item = items[event] as number;
      const weight = byType[types[event] as number] as number;
      if (item === NO_ITEM || weight === 0) continue;
      const age = newest - (times[event] as number);
      sums.set(item, (sums.get(item) ?? 0) + weight * scale(event) * 0.5 ** (age / halfLifeMs));
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

import { eventTypes, type SubjectHistory } from '@nextcart/contracts';
import { NO_ITEM, type SparseRows } from '@nextcart/models';
import type { ItemNumbers } from './model-events.ts';
import type { ServingSettings } from './serving-settings.ts';

const DAY_MS = 86_400_000;

/**
 * Histories as the autoencoder takes them, [histories, items]: Σ weight of the type · ½^(age / half-life) by item, ages
 * from the history's newest event. Items stand in the order of their first event; amounts are not known here.
 */
export const createHistoryBags = ({ types, bag }: ServingSettings, numbers: ItemNumbers) => {
  const weightOf = eventTypes.map((type) => bag.weights[types.indexOf(type)] ?? 0);
  const halfLifeMs = bag.halfLifeDays * DAY_MS;
  return (histories: readonly SubjectHistory[]): SparseRows => {
    const rowStart = new Int32Array(histories.length + 1);
    const columns: number[] = [];
    const weights: number[] = [];
    histories.forEach((history, row) => {
      const sums = new Map<number, number>();
      let newest = -Infinity;
      for (let cell = 0; cell < history.length; cell += 1) newest = Math.max(newest, history.times[cell] as number);
      for (let cell = 0; cell < history.length; cell += 1) {
        const weight = weightOf[history.types[cell] as number] as number;
        const item = weight > 0 ? numbers.of(history.items[cell] as number) : NO_ITEM;
        if (item === NO_ITEM) continue;
        const faded = weight * 2 ** (((history.times[cell] as number) - newest) / halfLifeMs);
        sums.set(item, (sums.get(item) ?? 0) + faded);
      }
      for (const [item, sum] of sums) {
        columns.push(item);
        weights.push(sum);
      }
      rowStart[row + 1] = columns.length;
    });
    return { rowStart, columns: Int32Array.from(columns), weights: Float32Array.from(weights) };
  };
};

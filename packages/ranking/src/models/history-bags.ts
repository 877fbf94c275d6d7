import { eventTypes, type SubjectHistory } from '@nextcart/contracts';
import { NO_ITEM, type SparseRows } from '@nextcart/models';
import type { ItemNumbers } from './model-events.ts';
import type { ServingSettings } from './serving-settings.ts';

const DAY_MS = 86_400_000;

/** Bags of histories: of each its own, then those that it had been without an event. */
export interface HistoryBags {
  readonly bags: SparseRows;
  /** [histories + 1], rows of `bags`. */
  readonly rowStart: Int32Array;
}

/**
 * Histories as the autoencoder takes them, [rows, items]: Σ weight of the type · ½^(age / half-life) by item, ages from the
 * history's newest event. Items stand in the order of their first event; amounts are not known here.
 */
export const createHistoryBags = ({ types, bag }: ServingSettings, numbers: ItemNumbers) => {
  const weightOf = eventTypes.map((type) => bag.weights[types.indexOf(type)] ?? 0);
  const halfLifeMs = bag.halfLifeDays * DAY_MS;
  const rowStart: number[] = [];
  const columns: number[] = [];
  const weights: number[] = [];

  /** Of all cells but one. */
  const addRow = ({ length, items, types: of, times }: SubjectHistory, newest: number, without: number) => {
    const sums = new Map<number, number>();
    for (let cell = 0; cell < length; cell += 1) {
      const weight = cell === without ? 0 : (weightOf[of[cell] as number] as number);
      const item = weight > 0 ? numbers.of(items[cell] as number) : NO_ITEM;
      if (item === NO_ITEM) continue;
      const faded = weight * 2 ** (((times[cell] as number) - newest) / halfLifeMs);
      sums.set(item, (sums.get(item) ?? 0) + faded);
    }
    for (const [item, sum] of sums) {
      columns.push(item);
      weights.push(sum);
    }
    rowStart.push(columns.length);
  };

  /** `leftOut`: cells of each history that are left out in turn. */
  return (histories: readonly SubjectHistory[], leftOut: readonly (readonly number[])[]): HistoryBags => {
    for (const column of [rowStart, columns, weights]) column.length = 0;
    rowStart.push(0);
    const starts = new Int32Array(histories.length + 1);
    histories.forEach((history, row) => {
      let newest = -Infinity;
      for (let cell = 0; cell < history.length; cell += 1) newest = Math.max(newest, history.times[cell] as number);
      addRow(history, newest, -1);
      for (const cell of leftOut[row] ?? []) addRow(history, newest, cell);
      starts[row + 1] = rowStart.length - 1;
    });
    return {
      bags: {
        rowStart: Int32Array.from(rowStart),
        columns: Int32Array.from(columns),
        weights: Float32Array.from(weights),
      },
      rowStart: starts,
    };
  };
};

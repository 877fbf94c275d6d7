import { eventTypes, type SubjectHistory } from '@nextcart/contracts';
import { NO_ITEM, type SparseRows } from '@nextcart/models';
import type { ItemNumbers } from './model-events.ts';
import type { ServingSettings } from './serving-settings.ts';

const DAY_MS = 86_400_000;
/** Below it float32 has little left beside a row's largest weight: who was away for years must still be known. */
const FADED = 2 ** -32;

/** Bags of histories: of each its own, then those that it had been without an event. */
export interface HistoryBags {
  readonly bags: SparseRows;
  /** [histories + 1], rows of `bags`. */
  readonly rowStart: Int32Array;
}

/**
 * Histories as the autoencoder takes them, [rows, items]: Σ weight of the type · ½^(age / half-life) by item, ages from the
 * history's newest event, up to a factor, as a bag's length says nothing. Items stand in the order of their first event;
 * amounts are not known here.
 */
export const createHistoryBags = (
  { types, bag }: Pick<ServingSettings, 'types' | 'bag'>,
  numbers: Pick<ItemNumbers, 'of' | 'count'>,
) => {
  const weightOf = eventTypes.map((type) => bag.weights[types.indexOf(type)] ?? 0);
  const halfLifeMs = bag.halfLifeDays * DAY_MS;
  /** By item, its entry in the row that is being written; -1: none. */
  const entryOf = new Int32Array(numbers.count).fill(NO_ITEM);
  let rowStart = new Int32Array(64);
  let columns = new Int32Array(1024);
  let weights = new Float64Array(1024);
  let [rows, entries] = [0, 0];
  /** Of the history at hand: cells that count, their items, and what they add to them. */
  const heard = { cells: [] as number[], items: [] as number[], weights: [] as number[] };

  const hear = ({ length, items, types: of, times }: SubjectHistory) => {
    let newest = -Infinity;
    for (let cell = 0; cell < length; cell += 1) newest = Math.max(newest, times[cell] as number);
    for (const column of [heard.cells, heard.items, heard.weights]) column.length = 0;
    for (let cell = 0; cell < length; cell += 1) {
      const weight = weightOf[of[cell] as number] as number;
      const item = weight > 0 ? numbers.of(items[cell] as number) : NO_ITEM;
      if (item === NO_ITEM) continue;
      heard.cells.push(cell);
      heard.items.push(item);
      heard.weights.push(weight * 2 ** (((times[cell] as number) - newest) / halfLifeMs));
    }
  };
  const reserve = (more: number) => {
    if (rows + 2 > rowStart.length) rowStart = widened(rowStart, new Int32Array(2 * rowStart.length));
    if (entries + more <= columns.length) return;
    columns = widened(columns, new Int32Array(2 * (entries + more)));
    weights = widened(weights, new Float64Array(2 * (entries + more)));
  };
  /** Of all cells but one. */
  const addRow = (without: number) => {
    reserve(heard.cells.length);
    const start = entries;
    for (let k = 0; k < heard.cells.length; k += 1) {
      if (heard.cells[k] === without) continue;
      const item = heard.items[k] as number;
      let entry = entryOf[item] as number;
      if (entry === NO_ITEM) {
        entry = entries;
        entries += 1;
        entryOf[item] = entry;
        columns[entry] = item;
        weights[entry] = 0;
      }
      weights[entry] = (weights[entry] as number) + (heard.weights[k] as number);
    }
    let most = 0;
    for (let entry = start; entry < entries; entry += 1) {
      entryOf[columns[entry] as number] = NO_ITEM;
      most = Math.max(most, weights[entry] as number);
    }
    if (most > 0 && most < FADED) {
      const scale = 2 ** -Math.floor(Math.log2(most));
      for (let entry = start; entry < entries; entry += 1) weights[entry] = (weights[entry] as number) * scale;
    }
    rows += 1;
    rowStart[rows] = entries;
  };

  /** `leftOut`: cells of each history that are left out in turn. Good until the next call. */
  return (histories: readonly SubjectHistory[], leftOut: readonly (readonly number[])[]): HistoryBags => {
    [rows, entries] = [0, 0];
    const starts = new Int32Array(histories.length + 1);
    histories.forEach((history, at) => {
      hear(history);
      addRow(-1);
      for (const cell of leftOut[at] ?? []) addRow(cell);
      starts[at + 1] = rows;
    });
    const bags = {
      rowStart: rowStart.subarray(0, rows + 1),
      columns: columns.subarray(0, entries),
      weights: new Float32Array(weights.subarray(0, entries)),
    };
    return { bags, rowStart: starts };
  };
};

const widened = <A extends Int32Array | Float64Array>(from: A, into: A): A => {
  into.set(from);
  return into;
};

import { eventTypes, type SubjectHistory } from '@nextcart/contracts';
import { NO_ITEM, queryWords, type SparseRows } from '@nextcart/models';
import type { ItemNumbers } from './model-events.ts';
import { createSearchTokens } from './search-tokens.ts';
import type { ServingSettings } from './serving-settings.ts';

const DAY_MS = 86_400_000;
const SEARCH = eventTypes.indexOf('search');
/** Below it float32 has little left beside a row's largest weight: who was away for years must still be known. */
const FADED = 2 ** -32;

/** Bags of histories: of each its own, then those that it had been without an event. */
export interface HistoryBags {
  readonly bags: SparseRows;
  /** [histories + 1], rows of `bags`. */
  readonly rowStart: Int32Array;
}

/**
 * Histories as the autoencoder takes them, [rows, items + sides]: Σ weight of the type · ½^(age / half-life) by
 * item, and by the words of searches behind them; ages from the history's newest event, up to a factor, as a bag's length
 * says nothing. Columns stand in the order of their first event; amounts are not known here.
 */
export const createHistoryBags = (
  { types, bag }: Pick<ServingSettings, 'types' | 'bag'>,
  numbers: Pick<ItemNumbers, 'of' | 'count'>,
  /** Columns that words of searches are hashed into, those that the model has behind its items; 0: searches are not heard. */
  sides: number,
) => {
  const weightOf = eventTypes.map((type) => bag.weights[types.indexOf(type)] ?? 0);
  const halfLifeMs = bag.halfLifeDays * DAY_MS;
  const wordsOf = createSearchTokens((query) => queryWords([query], sides));
  /** By column, its entry in the row that is being written; -1: none. */
  const entryOf = new Int32Array(numbers.count + sides).fill(NO_ITEM);
  let rowStart = new Int32Array(64);
  let columns = new Int32Array(1024);
  let weights = new Float64Array(1024);
  let [rows, entries] = [0, 0];
  /** Of the history at hand: cells that count, for each of their columns, and what they add to it. */
  const heard = { cells: [] as number[], columns: [] as number[], weights: [] as number[] };
  const add = (cell: number, column: number, weight: number) => {
    heard.cells.push(cell);
    heard.columns.push(column);
    heard.weights.push(weight);
  };

  const hear = ({ length, items, types: of, times, queries }: SubjectHistory) => {
    let newest = -Infinity;
    for (let cell = 0; cell < length; cell += 1) newest = Math.max(newest, times[cell] as number);
    for (const column of Object.values(heard)) column.length = 0;
    for (let cell = 0; cell < length; cell += 1) {
      const type = of[cell] as number;
      const weight = weightOf[type] as number;
      if (weight === 0) continue;
      const item = numbers.of(items[cell] as number);
      const query = item === NO_ITEM && type === SEARCH && sides > 0 ? queries[cell] : undefined;
      if (item === NO_ITEM && query === undefined) continue;
      const now = weight * 2 ** (((times[cell] as number) - newest) / halfLifeMs);
      if (query === undefined) {
        add(cell, item, now);
        continue;
      }
      const words = wordsOf(query);
      for (let at = 0; at < words.columns.length; at += 1)
        add(cell, numbers.count + (words.columns[at] as number), now * (words.weights[at] as number));
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
      const column = heard.columns[k] as number;
      let entry = entryOf[column] as number;
      if (entry === NO_ITEM) {
        entry = entries;
        entries += 1;
        entryOf[column] = entry;
        columns[entry] = column;
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

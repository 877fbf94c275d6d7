/**
 * Events and items as bags of rows of the table: an item is its own row and those of its features, a search the rows of
 * its tokens. So items and searches share one space, and an item that is new has a place in it.
 */
import type { SparseRows } from '../item-graph.ts';
import { type EventSequences, NO_ITEM } from './events.ts';
import { type ContextSizes, contextColumns } from './shape.ts';

export interface BagWriter {
  addItem(item: number): void;
  /** The event's item, or its tokens; nothing for event −1. */
  addEvent(events: EventSequences, event: number): void;
  clear(): void;
  /** What was added, a row each; good until the next `clear`. */
  bags(): SparseRows;
}

export const createBagWriter = (items: number, itemFeatures: SparseRows | undefined): BagWriter => {
  let rowStart = new Int32Array(1024);
  let columns = new Int32Array(4096);
  let weights = new Float32Array(4096);
  let rows = 0;
  let entries = 0;

  const reserve = (more: number) => {
    if (rows + 2 > rowStart.length) rowStart = grown(rowStart, new Int32Array(rowStart.length * 2));
    if (entries + more <= columns.length) return;
    const size = 2 * (entries + more);
    columns = grown(columns, new Int32Array(size));
    weights = grown(weights, new Float32Array(size));
  };
  const add = (column: number, weight: number) => {
    columns[entries] = column;
    weights[entries] = weight;
    entries += 1;
  };
  const addFeatures = (of: SparseRows | undefined, row: number) => {
    if (!of) return;
    for (let at = of.rowStart[row] as number; at < (of.rowStart[row + 1] as number); at += 1)
      add(items + (of.columns[at] as number), of.weights[at] as number);
  };
  const end = () => {
    rows += 1;
    rowStart[rows] = entries;
  };
  const room = (of: SparseRows | undefined, row: number): number =>
    of ? (of.rowStart[row + 1] as number) - (of.rowStart[row] as number) : 0;

  const writer: BagWriter = {
    addItem: (item) => {
      reserve(1 + room(itemFeatures, item));
      add(item, 1);
      addFeatures(itemFeatures, item);
      end();
    },
    addEvent: (events, event) => {
      const item = events.items[event] ?? NO_ITEM;
      if (item !== NO_ITEM) return writer.addItem(item);
      const tokens = event < 0 ? undefined : events.tokens;
      reserve(room(tokens, event));
      addFeatures(tokens, event);
      return end();
    },
    clear: () => {
      rows = 0;
      entries = 0;
    },
    bags: () => ({
      rowStart: rowStart.subarray(0, rows + 1),
      columns: columns.subarray(0, entries),
      weights: weights.subarray(0, entries),
    }),
  };
  return writer;
};

const grown = <A extends Int32Array | Float32Array>(from: A, into: A): A => {
  into.set(from);
  return into;
};

/** Rows of the context table that events have, one for each column that the shape knows. */
export const contextBags = (events: EventSequences, chosen: Int32Array, sizes: ContextSizes): SparseRows => {
  const parts = contextColumns.filter((name) => (sizes[name] ?? 0) > 0);
  const rowStart = new Int32Array(chosen.length + 1);
  const columns = new Int32Array(chosen.length * parts.length);
  let entries = 0;
  chosen.forEach((event, row) => {
    let base = 0;
    for (const name of event < 0 ? [] : parts) {
      columns[entries] = base + (events[name]?.[event] as number);
      entries += 1;
      base += sizes[name] as number;
    }
    rowStart[row + 1] = entries;
  });
  return { rowStart, columns: columns.subarray(0, entries), weights: new Float32Array(entries).fill(1) };
};

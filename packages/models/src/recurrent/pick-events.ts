/** Parts of a behaviour log as a log of their own: what sampling, joining and cutting sequences share. */
import type { SparseRows } from '../item-graph.ts';
import type { EventSequences, EventTargets } from './events.ts';

export interface Learnable {
  readonly events: EventSequences;
  readonly targets: EventTargets;
}

type Column = Int32Array | Float32Array | Uint8Array;

/** Columns with a number for each event. */
const columnsOf = ({ items, types, gaps, hours, weekdays }: EventSequences) => ({
  items,
  ...(types && { types }),
  ...(gaps && { gaps }),
  ...(hours && { hours }),
  ...(weekdays && { weekdays }),
});

/** Each column of some that may be absent, changed. */
const mapColumns = <T extends object>(columns: T, change: (column: Column) => Column): T =>
  Object.fromEntries(
    Object.entries(columns).flatMap(([name, column]) =>
      ArrayBuffer.isView(column) ? [[name, change(column as Column)]] : [],
    ),
  ) as T;

/** The events `chosen`, in that order, in sequences of the lengths that `rowStart` says. */
export const pickEvents = ({ events, targets }: Learnable, chosen: Int32Array, rowStart: Int32Array): Learnable => {
  const pick = (column: Column): Column => {
    const into = new (column.constructor as Int32ArrayConstructor)(chosen.length);
    chosen.forEach((event, at) => void (into[at] = column[event] as number));
    return into;
  };
  return {
    events: {
      ...mapColumns(columnsOf(events), pick),
      rowStart,
      ...(events.tokens && { tokens: pickRows(events.tokens, chosen) }),
    },
    targets: mapColumns(targets, pick),
  };
};

const pickRows = ({ rowStart, columns, weights }: SparseRows, chosen: Int32Array): SparseRows => {
  const starts = new Int32Array(chosen.length + 1);
  chosen.forEach((row, at) => {
    starts[at + 1] = (starts[at] as number) + (rowStart[row + 1] as number) - (rowStart[row] as number);
  });
  const picked = {
    rowStart: starts,
    columns: new Int32Array(starts.at(-1) as number),
    weights: new Float32Array(starts.at(-1) as number),
  };
  chosen.forEach((row, at) => {
    picked.columns.set(columns.subarray(rowStart[row], rowStart[row + 1]), starts[at]);
    picked.weights.set(weights.subarray(rowStart[row], rowStart[row + 1]), starts[at]);
  });
  return picked;
};

/** Whole sequences, in the order given. */
export const pickSequences = (from: Learnable, sequences: Int32Array): Learnable =>
  pickRanges(
    from,
    Array.from(sequences, (row) => [from.events.rowStart[row] as number, from.events.rowStart[row + 1] as number]),
  );

/** Ranges [start, end) of events, each a sequence. */
export const pickRanges = (from: Learnable, ranges: readonly (readonly [number, number])[]): Learnable => {
  const rowStart = new Int32Array(ranges.length + 1);
  ranges.forEach(([start, end], row) => void (rowStart[row + 1] = (rowStart[row] as number) + end - start));
  const chosen = new Int32Array(rowStart.at(-1) as number);
  ranges.forEach(([start, end], row) => {
    for (let event = start; event < end; event += 1) chosen[(rowStart[row] as number) + event - start] = event;
  });
  return pickEvents(from, chosen, rowStart);
};

/** Logs one after the other. Throws a RangeError where one has a column that another lacks; tokens may be absent. */
export const joinEvents = (parts: readonly Learnable[]): Learnable => {
  const [first] = parts;
  if (!first) throw new RangeError('no events to join');
  const joined = <T extends object>(of: (part: Learnable) => T): T =>
    Object.fromEntries(
      Object.keys(of(first)).map((name) => [
        name,
        joinColumns(parts.map((part) => of(part)[name as keyof T] as Column)),
      ]),
    ) as T;
  const names = (part: Learnable) =>
    [columnsOf(part.events), part.targets].map((columns) => Object.keys(columns).sort().join(', ')).join('; ');
  for (const part of parts)
    if (names(part) !== names(first)) throw new RangeError(`events with ${names(part)} beside ${names(first)}`);
  return {
    events: {
      ...joined(({ events }) => columnsOf(events)),
      rowStart: joinStarts(parts.map(({ events }) => events.rowStart)),
      ...(parts.some(({ events }) => events.tokens) && { tokens: joinTokens(parts) }),
    },
    targets: joined(({ targets }) => targets),
  };
};

const joinColumns = (columns: readonly Column[]): Column => {
  const [first] = columns as readonly [Column];
  const size = columns.reduce((sum, { length }) => sum + length, 0);
  const into = new (first.constructor as Int32ArrayConstructor)(size);
  let at = 0;
  for (const column of columns) {
    into.set(column, at);
    at += column.length;
  }
  return into;
};

/** Row starts, each moved by what lies before it. */
const joinStarts = (parts: readonly Int32Array[]): Int32Array => {
  const joined = [0];
  for (const starts of parts) {
    const before = joined.at(-1) as number;
    for (const start of starts.subarray(1)) joined.push(before + start);
  }
  return Int32Array.from(joined);
};

const joinTokens = (parts: readonly Learnable[]): SparseRows => {
  const tokens = parts.map(({ events }) => events.tokens ?? noTokens(events.items.length));
  return {
    rowStart: joinStarts(tokens.map(({ rowStart }) => rowStart)),
    columns: joinColumns(
      tokens.map(({ rowStart, columns }) => Int32Array.from(columns.subarray(0, rowStart.at(-1)))),
    ) as Int32Array,
    weights: joinColumns(
      tokens.map(({ rowStart, weights }) => Float32Array.from(weights.subarray(0, rowStart.at(-1)))),
    ) as Float32Array,
  };
};

const noTokens = (rows: number): SparseRows => ({
  rowStart: new Int32Array(rows + 1),
  columns: new Int32Array(0),
  weights: new Float32Array(0),
});

/**
 * Users as bags of weighted columns. Invariants: what goes into the network has length 1 (a user with 10,000 events
 * and one with 3 look alike in scale), and a dropped column's weight goes to those that stay, in expectation.
 */
import type { SparseRows } from '../item-graph.ts';
import type { Random } from '../training/random.ts';

/**
 * A check for bags of so many columns, to be asked again and again. It throws a RangeError for a column that does not exist
 * or is twice in a row, a weight below 0 or no number, and rows that don't follow each other.
 */
export const createBagCheck = (columnCount: number, what: string) => {
  /** By column, the last row that it was in; rows are counted from 1 over all calls. */
  const seenIn = new Float64Array(columnCount);
  let rows = 0;
  return ({ rowStart, columns, weights }: SparseRows): void => {
    const entries = rowStart.at(-1) ?? 0;
    if (rowStart[0] !== 0 || columns.length < entries || weights.length < entries)
      throw new RangeError(`${what}: rows of ${entries} entries, ${columns.length} columns, ${weights.length} weights`);
    for (let row = 0; row + 1 < rowStart.length; row += 1) {
      rows += 1;
      if ((rowStart[row + 1] as number) < (rowStart[row] as number))
        throw new RangeError(`${what}: row ${row} ends before it starts`);
      for (let at = rowStart[row] as number; at < (rowStart[row + 1] as number); at += 1) {
        const column = columns[at] as number;
        const weight = weights[at] as number;
        if (!(column >= 0 && column < columnCount))
          throw new RangeError(`${what}: row ${row} has column ${column} of ${columnCount}`);
        if (seenIn[column] === rows) throw new RangeError(`${what}: row ${row} has column ${column} twice`);
        seenIn[column] = rows;
        if (!(weight >= 0 && weight < Infinity)) throw new RangeError(`${what}: row ${row} has weight ${weight}`);
      }
    }
  };
};

/** The same, once. */
export const checkBags = (bags: SparseRows, columnCount: number, what: string): void =>
  createBagCheck(columnCount, what)(bags);

export interface Dropout {
  /** Share of the columns that is left out, in [0, 1). */
  readonly rate: number;
  readonly random: Random;
}

/** Some rows, each divided by its length √Σw²; an empty one stays empty. */
export const normalisedBags = (
  { rowStart, columns, weights }: SparseRows,
  rows: Int32Array,
  dropout?: Dropout,
): SparseRows => {
  let most = 0;
  for (const row of rows) most += (rowStart[row + 1] as number) - (rowStart[row] as number);
  const starts = new Int32Array(rows.length + 1);
  const keptColumns = new Int32Array(most);
  const keptWeights = new Float32Array(most);
  let count = 0;
  rows.forEach((row, at) => {
    const [start, end] = [rowStart[row] as number, rowStart[row + 1] as number];
    let squares = 0;
    for (let entry = start; entry < end; entry += 1) squares += (weights[entry] as number) ** 2;
    const scale = squares > 0 ? 1 / (Math.sqrt(squares) * (1 - (dropout?.rate ?? 0))) : 0;
    for (let entry = start; entry < end; entry += 1) {
      if (dropout && dropout.random.next() < dropout.rate) continue;
      keptColumns[count] = columns[entry] as number;
      keptWeights[count] = (weights[entry] as number) * scale;
      count += 1;
    }
    starts[at + 1] = count;
  });
  return { rowStart: starts, columns: keptColumns.subarray(0, count), weights: keptWeights.subarray(0, count) };
};

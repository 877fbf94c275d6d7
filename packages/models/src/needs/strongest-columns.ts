/**
 * Which items, categories and words tell a direction: a latent dimension, or being in a segment. A column's z is the sum
 * of the standardised scores of the users who have it, in standard deviations of that sum for as many users at random
 * (drawn without return): rare columns have to earn their place, and what everybody has says nothing.
 */
import type { SparseRows } from '../item-graph.ts';
import { rowsIn, type Table } from './table-of-numbers.ts';

/** Columns of one kind that stand next to each other. */
export interface ColumnGroup {
  /** item, category, word. */
  readonly kind: string;
  /** First of its columns. */
  readonly start: number;
  /** Of its columns, from the first on. */
  readonly labels: readonly string[];
}

export interface StrongColumn {
  readonly label: string;
  readonly column: number;
  /** Who have it. */
  readonly users: number;
  /** Their mean score, in standard deviations of all users'. */
  readonly lift: number;
  readonly z: number;
}

export interface StrongestOptions {
  /** Columns of each kind; 5. */
  readonly top?: number;
  /** z from which a column counts; 3. */
  readonly leastZ?: number;
}

/** Strongest columns by kind, for one end of a direction. */
export type Strongest = Readonly<Record<string, readonly StrongColumn[]>>;

/** `scores` [users, directions], `bags` [users, columns]; for each direction its upper and its lower end. */
export const strongestColumns = (
  scores: Table,
  bags: SparseRows,
  groups: readonly ColumnGroup[],
  { top = 5, leastZ = 3 }: StrongestOptions = {},
): readonly { readonly upper: Strongest; readonly lower: Strongest }[] => {
  const users = rowsIn(scores, 'scores');
  if (bags.rowStart.length !== users + 1)
    throw new RangeError(`bags of ${bags.rowStart.length - 1} users, scores of ${users}`);
  const columns = Math.max(0, ...groups.map(({ start, labels }) => start + labels.length));
  const support = new Int32Array(columns);
  forEachEntry(bags, columns, (_, column) => void (support[column] = (support[column] as number) + 1));
  return Array.from({ length: scores.width }, (_, direction) => {
    const standard = standardised(scores, users, direction);
    const sums = new Float64Array(columns);
    forEachEntry(bags, columns, (user, column) => {
      sums[column] = (sums[column] as number) + (standard[user] as number);
    });
    const endOf = (sign: 1 | -1): Strongest =>
      Object.fromEntries(
        groups.map(({ kind, start, labels }) => {
          const found = labels.flatMap((label, at): StrongColumn[] => {
            const column = start + at;
            const count = support[column] as number;
            const lift = (sign * (sums[column] as number)) / count;
            const z = lift / Math.sqrt((users - count) / (count * (users - 1)));
            return z >= leastZ && count < users ? [{ label, column, users: count, lift, z }] : [];
          });
          return [kind, found.sort((a, b) => b.z - a.z || a.column - b.column).slice(0, top)];
        }),
      );
    return { upper: endOf(1), lower: endOf(-1) };
  });
};

/** Columns of no group are passed over. */
const forEachEntry = (
  { rowStart, columns, weights }: SparseRows,
  count: number,
  see: (user: number, column: number) => void,
) => {
  for (let user = 0; user + 1 < rowStart.length; user += 1)
    for (let at = rowStart[user] as number; at < (rowStart[user + 1] as number); at += 1)
      if ((columns[at] as number) < count && (weights[at] as number) > 0) see(user, columns[at] as number);
};

/** Zeros where all are alike. */
const standardised = ({ values, width }: Table, users: number, direction: number): Float64Array => {
  const own = Float64Array.from({ length: users }, (_, user) => values[user * width + direction] as number);
  const mean = own.reduce((sum, value) => sum + value, 0) / users;
  const deviation = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / users);
  return own.map((value) => (deviation > 0 ? (value - mean) / deviation : 0));
};

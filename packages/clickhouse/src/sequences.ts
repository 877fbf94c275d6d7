/** Items in the order of time, one sequence after another: what sessions and baskets are turned into for counting. */
export interface Sequences {
  /** Sorted by code unit, each once. */
  readonly items: string[];
  /** Sequence s spans [rowStart[s], rowStart[s+1]) of columns and times. */
  readonly rowStart: Int32Array;
  /** Positions in `items`. */
  readonly columns: Int32Array;
  /** Event time by cell, epoch ms. */
  readonly times: Float64Array;
}

export interface SequenceRow {
  readonly items: readonly string[];
  readonly times: readonly number[];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const toSequences = (rows: readonly SequenceRow[]): Sequences => {
  const items = [...new Set(rows.flatMap((row) => row.items))].sort(compare);
  const indices = new Map(items.map((item, index) => [item, index]));
  const rowStart = new Int32Array(rows.length + 1);
  for (const [s, row] of rows.entries()) rowStart[s + 1] = (rowStart[s] as number) + row.items.length;
  const columns = new Int32Array(rowStart[rows.length] as number);
  const times = new Float64Array(columns.length);
  for (const [s, row] of rows.entries()) {
    const at = rowStart[s] as number;
    for (const [i, item] of row.items.entries()) {
      columns[at + i] = indices.get(item) as number;
      times[at + i] = row.times[i] as number;
    }
  }
  return { items, rowStart, columns, times };
};

/**
 * Invariants: rows and columns keep their order; weights come out in units in which a typical row's best is 1, so
 * that graphs of any scale (counts, decayed counts) can be weighed against each other; a row with little behind it
 * comes out weaker, not stronger.
 */
export interface SparseRows {
  /** [rows + 1] */
  readonly rowStart: Int32Array;
  /** [entries], positions of rows. */
  readonly columns: Int32Array;
  /** [entries], ≥ 0. */
  readonly weights: Float32Array;
}

/** Throws a RangeError for what are no `rows` rows of so many columns, and for weights that are no numbers. */
export const checkRows = (
  { rowStart, columns, weights }: SparseRows,
  rows: number,
  columnCount: number,
  what: string,
): void => {
  const entries = rowStart.at(-1) ?? 0;
  if (rowStart.length !== rows + 1 || columns.length < entries || weights.length < entries)
    throw new RangeError(`${what}: ${rowStart.length - 1} rows of ${entries} entries, wanted ${rows} rows`);
  if (rowStart[0] !== 0) throw new RangeError(`${what} begin at entry ${rowStart[0]}`);
  checkRising(rowStart, `${what}: row`);
  for (let at = 0; at < entries; at += 1) {
    if (!((columns[at] as number) >= 0 && (columns[at] as number) < columnCount))
      throw new RangeError(`${what}: entry ${at} has column ${columns[at]} of ${columnCount}`);
    if (!Number.isFinite(weights[at])) throw new RangeError(`${what}: entry ${at} has weight ${weights[at]}`);
  }
};

/** Throws a RangeError for a row that ends before it starts. */
export const checkRising = (rowStart: Int32Array, what: string): void => {
  for (let row = 0; row + 1 < rowStart.length; row += 1)
    if ((rowStart[row + 1] as number) < (rowStart[row] as number))
      throw new RangeError(`${what} ${row} ends before it starts`);
};

/**
 * Damped cosine of co-occurrence counts: c_ij / √((r_i + s)(r_j + s)), r = row sums, s = damping × mean row sum
 * (item-kNN as in Hidasi et al. 2016, section 4, with regularisation), then scaled so that the mean of the rows'
 * maxima is 1. Returns new weights [entries], float64.
 */
export const cosineWeights = (graph: SparseRows, damping: number): Float64Array => {
  const { rowStart, columns, weights } = graph;
  const rows = rowStart.length - 1;
  const sums = new Float64Array(Math.max(0, rows));
  let total = 0;
  for (let row = 0; row < rows; row += 1) {
    let sum = 0;
    for (let at = rowStart[row] as number; at < (rowStart[row + 1] as number); at += 1) sum += weights[at] as number;
    sums[row] = sum;
    total += sum;
  }
  const damped = rows === 0 ? 0 : (damping * total) / rows;
  const cosines = new Float64Array(columns.length);
  let maxima = 0;
  let filled = 0;
  for (let row = 0; row < rows; row += 1) {
    let best = 0;
    for (let at = rowStart[row] as number; at < (rowStart[row + 1] as number); at += 1) {
      const scale = Math.sqrt(((sums[row] as number) + damped) * ((sums[columns[at] as number] as number) + damped));
      const cosine = scale > 0 ? (weights[at] as number) / scale : 0;
      cosines[at] = cosine;
      if (cosine > best) best = cosine;
    }
    if (best > 0) {
      maxima += best;
      filled += 1;
    }
  }
  const unit = filled === 0 ? 1 : maxima / filled;
  for (let at = 0; at < cosines.length; at += 1) cosines[at] = (cosines[at] as number) / unit;
  return cosines;
};

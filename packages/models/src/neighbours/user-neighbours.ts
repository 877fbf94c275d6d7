/**
 * Users like you: exact cosine search over latents. Invariants: equal likeness goes to the earlier row; a user is no
 * neighbour of their own.
 */
export interface UserNeighbours {
  /**
   * Up to k nearest rows of a query [dimensions], best first, with their cosines; `self` (−1 for none) is left out. A query
   * of zeros has no neighbours. Throws a RangeError for a query of another length or with a number that is not finite.
   */
  nearest(query: Float32Array, k: number, self: number): { readonly rows: Int32Array; readonly cosines: Float64Array };
}

/** `latents`: [rows, dimensions]; rows of zeros are nobody's neighbours. The cost is rows · dimensions a query. */
export const createUserNeighbours = (latents: Float32Array, dimensions: number): UserNeighbours => {
  const count = latents.length / dimensions;
  if (!Number.isInteger(count)) throw new RangeError(`${latents.length} numbers are no rows of ${dimensions}`);
  const units = latents.slice();
  const isEmpty = new Uint8Array(count);
  for (let row = 0; row < count; row += 1) {
    const unit = units.subarray(row * dimensions, (row + 1) * dimensions);
    const length = lengthOf(unit);
    if (!Number.isFinite(length)) throw new RangeError(`latents of row ${row} are not finite`);
    if (length === 0) isEmpty[row] = 1;
    else unit.forEach((value, at) => void (unit[at] = value / length));
  }
  return {
    nearest: (query, k, self) => {
      const length = lengthOf(query);
      if (query.length !== dimensions || !Number.isFinite(length))
        throw new RangeError(`a query of ${query.length} numbers, length ${length}; wanted ${dimensions}`);
      const best: { row: number; cosine: number }[] = [];
      if (length === 0 || k < 1) return { rows: new Int32Array(0), cosines: new Float64Array(0) };
      for (let row = 0; row < count; row += 1) {
        if (row === self || isEmpty[row] === 1) continue;
        const cosine = dot(units, row * dimensions, query) / length;
        const last = best[k - 1];
        if (last !== undefined && cosine <= last.cosine) continue;
        let at = Math.min(best.length, k - 1);
        for (; at > 0 && (best[at - 1] as { cosine: number }).cosine < cosine; at -= 1)
          best[at] = best[at - 1] as { row: number; cosine: number };
        best[at] = { row, cosine };
      }
      return {
        rows: Int32Array.from(best, ({ row }) => row),
        cosines: Float64Array.from(best, ({ cosine }) => cosine),
      };
    },
  };
};

const lengthOf = (row: Float32Array): number => Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));

/** Four sums at once: the additions don't wait for each other. */
const dot = (units: Float32Array, start: number, query: Float32Array): number => {
  const even = query.length - (query.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let at = 0; at < even; at += 4) {
    a += (units[start + at] as number) * (query[at] as number);
    b += (units[start + at + 1] as number) * (query[at + 1] as number);
    c += (units[start + at + 2] as number) * (query[at + 2] as number);
    d += (units[start + at + 3] as number) * (query[at + 3] as number);
  }
  for (let at = even; at < query.length; at += 1) a += (units[start + at] as number) * (query[at] as number);
  return a + b + (c + d);
};

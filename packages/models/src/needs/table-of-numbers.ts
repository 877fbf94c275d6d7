/** Rows of numbers side by side, [rows, width]. */
export interface Table {
  readonly values: Float32Array | Float64Array;
  readonly width: number;
}

/** How many rows; throws a RangeError for a table that has none of its width, or numbers that are not finite. */
export const rowsIn = ({ values, width }: Table, what: string): number => {
  const rows = values.length / width;
  if (!Number.isInteger(rows)) throw new RangeError(`${what}: ${values.length} numbers are no rows of ${width}`);
  for (let at = 0; at < values.length; at += 1)
    if (!Number.isFinite(values[at]))
      throw new RangeError(`${what}: row ${Math.floor(at / width)} has ${values[at]} in column ${at % width}`);
  return rows;
};

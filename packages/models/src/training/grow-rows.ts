/**
 * Tables of items for a catalogue that has grown. Invariant: items keep their numbers and their rows' bits, new ones come
 * after them.
 */

/** A grown catalogue. */
export interface GrownItems {
  readonly items: number;
  /** [items], number of a cluster or category, below 0 for none. */
  readonly groups: Int32Array;
}

/** Throws a RangeError for a catalogue that has shrunk, or groups of another size. */
export const checkGrowth = ({ items, groups }: GrownItems, known: number): void => {
  if (items < known) throw new RangeError(`${items} items, the model knows ${known}`);
  if (groups.length !== items) throw new RangeError(`${items} items, ${groups.length} groups`);
};

/**
 * Rows [items, width] out of those of the first `known` items: a new item's is the mean of its group's known rows, of all
 * where the group has none. What lies behind the known rows in `values` is not looked at.
 */
export const growRows = (
  values: Float32Array,
  width: number,
  known: number,
  { items, groups }: GrownItems,
): Float32Array => {
  const means = meansOf(values, width, groups.subarray(0, known));
  const into = new Float32Array(items * width);
  into.set(values.subarray(0, known * width));
  groups
    .subarray(known)
    .forEach((group, at) => into.set(means.get(group) ?? means.get(ALL) ?? [], (known + at) * width));
  return into;
};

/** Key of the mean of all items; groups are 0 and more. */
const ALL = -1;

/** Means of rows by group, and of all; items of no group count only there. */
const meansOf = (values: Float32Array, width: number, groups: Int32Array): Map<number, Float32Array> => {
  const sums = new Map<number, { readonly sum: Float64Array; count: number }>();
  groups.forEach((group, item) => {
    for (const key of group >= 0 ? [ALL, group] : [ALL]) {
      const entry = sums.get(key) ?? { sum: new Float64Array(width), count: 0 };
      sums.set(key, entry);
      entry.count += 1;
      for (let i = 0; i < width; i += 1) entry.sum[i] = (entry.sum[i] as number) + (values[item * width + i] as number);
    }
  });
  return new Map([...sums].map(([key, { sum, count }]) => [key, Float32Array.from(sum, (value) => value / count)]));
};

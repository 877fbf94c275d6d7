/**
 * Items and searches in one space, learned from what people looked at together: directions of items by their sessions
 * (truncated SVD), then a straight line from content to them (ridge), so that an item or a search that no one has seen
 * has its place by what it says of itself (attribute-to-feature mapping, Gantner et al. 2010). Search texts are
 * learned from what was looked at after them. Invariant: the place of what is not known depends on its content alone.
 */
import { checkRows, type SparseRows } from '../item-graph.ts';
import { truncatedSvd } from '../linear/truncated-svd.ts';
import { contentSpaceMemory } from '../memory/fit-memory.ts';
import { checkMemory, type MemoryOptions } from '../memory/memory-need.ts';
import { predictRidge, type RidgeFit, ridgeProblem } from '../needs/ridge.ts';

export interface ContentSpaceData {
  /** [items, columns], content of all items: `itemFields`. */
  readonly itemFields: SparseRows;
  /** [queries, columns]: `queryFields`. */
  readonly queryFields: SparseRows;
  readonly columns: number;
  /** [sessions, items], weights of items in a session. */
  readonly sessions: SparseRows;
  /** [queries, items]: how often an item was looked at after the search. */
  readonly clicks: SparseRows;
}

export interface ContentSpaceOptions extends MemoryOptions {
  readonly width: number;
  /** Of the ridge, in units of a column's mean square. */
  readonly lambda: number;
  /** Looks at which an item's own direction counts as much as its content; Infinity: content alone. */
  readonly doubt: number;
  readonly seed: number;
  readonly threads: number;
}

export interface ContentSpace {
  readonly width: number;
  /** [items, width], unit rows, own directions and content blended. */
  readonly items: Float32Array;
  /** [rows, width], unit rows, of any content. */
  place(fields: SparseRows): Float32Array;
}

/**
 * Throws a RangeError for sessions without any look, rows that don't fit each other, numbers that are none, and more items
 * or columns than memory has room for.
 */
export const fitContentSpace = async (
  data: ContentSpaceData,
  { width, lambda, doubt, seed, threads, memoryBytes }: ContentSpaceOptions,
): Promise<ContentSpace> => {
  const { itemFields, queryFields, columns, sessions, clicks } = data;
  const [items, queries] = [itemFields, queryFields].map(countOf) as [number, number];
  if (!(width >= 1)) throw new RangeError(`a space of ${width} directions`);
  if (!(doubt >= 0)) throw new RangeError(`doubt must be 0 or more, not ${doubt}`);
  checkMemory(contentSpaceMemory({ items, queries, columns, width: Math.min(width, items) }), memoryBytes);
  checkRows(itemFields, items, columns, 'fields of items');
  checkRows(queryFields, queries, columns, 'fields of searches');
  checkRows(sessions, countOf(sessions), items, 'sessions');
  checkRows(clicks, queries, items, 'clicks after searches');
  const support = supportOf(sessions, items);
  if (!support.some((count) => count > 0)) throw new RangeError('no session has an item');
  const { vectors, values } = await truncatedSvd(sessions, items, {
    ...{ rank: Math.min(width, items), seed, threads, memoryBytes },
  });
  const rank = values.length;
  // the square root: strong directions count, weak ones are not drowned
  const own = unitRows(
    vectors.map((value, at) => value * Math.sqrt(values[at % rank] as number)),
    rank,
  );
  const wanted = clickedDirections(clicks, own, rank);
  const learnable = Int32Array.from([
    ...[...support.keys()].filter((item) => (support[item] as number) > 0),
    ...[...Array(queries).keys()]
      .filter((query) => (clicks.rowStart[query + 1] as number) > (clicks.rowStart[query] as number))
      .map((query) => items + query),
  ]);
  const both = joinRows(itemFields, queryFields);
  const targets = { values: Float64Array.from([...own, ...wanted]), width: rank };
  const fit = ridgeProblem(both, columns, targets, learnable, 'none').solve(lambda);
  const place = (fields: SparseRows) => placeBy(fit, fields, rank);

  const placed = place(itemFields);
  const blended = placed.map((value, at) => {
    const count = support[Math.floor(at / rank)] as number;
    return doubt === Infinity ? value : (count * (own[at] as number) + doubt * value) / (count + doubt);
  });
  return { width: rank, items: unitRows(blended, rank), place };
};

/**
 * Where one item leads to: the straight line from an item's content to the mean direction of what came after it, learned
 * from pairs; for items that no one has seen as for others. Throws a RangeError for rows that don't fit the space.
 */
export const fitRelation = (
  {
    itemFields,
    columns,
    pairs,
    space,
  }: {
    readonly itemFields: SparseRows;
    readonly columns: number;
    /** [items, items]: how often the second came after the first. */
    readonly pairs: SparseRows;
    readonly space: ContentSpace;
  },
  { lambda }: { readonly lambda: number },
): ContentSpace['place'] => {
  const { width, items } = space;
  const count = items.length / width;
  checkRows(itemFields, count, columns, 'fields of items');
  checkRows(pairs, count, count, 'pairs');
  const rows = Int32Array.from(
    [...Array(pairs.rowStart.length - 1).keys()].filter(
      (item) => (pairs.rowStart[item + 1] as number) > (pairs.rowStart[item] as number),
    ),
  );
  const targets = { values: Float64Array.from(clickedDirections(pairs, items, width)), width };
  const fit = ridgeProblem(itemFields, columns, targets, rows, 'none').solve(lambda);
  return (fields) => placeBy(fit, fields, width);
};

/** Cosines of one direction [width] with all items, added to `into` [items]. */
export const addCosines = (
  direction: Float32Array,
  { items, width }: Pick<ContentSpace, 'items' | 'width'>,
  factor: number,
  into: Float32Array,
): void => {
  for (let item = 0; item < into.length; item += 1) {
    let sum = 0;
    for (let at = 0; at < width; at += 1) sum += (direction[at] as number) * (items[item * width + at] as number);
    into[item] = (into[item] as number) + factor * sum;
  }
};

const countOf = ({ rowStart }: SparseRows): number => rowStart.length - 1;

const placeBy = (fit: RidgeFit, fields: SparseRows, width: number): Float32Array => {
  checkRows(fields, countOf(fields), fit.coefficients.length / width, 'fields');
  const rows = Int32Array.from({ length: countOf(fields) }, (_, row) => row);
  return unitRows(Float32Array.from(predictRidge(fit, fields, rows)), width);
};

/** [rows, width]: mean direction of the items of each row, by their weights. */
const clickedDirections = ({ rowStart, columns, weights }: SparseRows, own: Float32Array, width: number) => {
  const sums = new Float32Array((rowStart.length - 1) * width);
  for (let row = 0; row + 1 < rowStart.length; row += 1)
    for (let at = rowStart[row] as number; at < (rowStart[row + 1] as number); at += 1)
      for (let d = 0; d < width; d += 1) {
        const place = row * width + d;
        sums[place] =
          (sums[place] as number) + (weights[at] as number) * (own[(columns[at] as number) * width + d] as number);
      }
  return unitRows(sums, width);
};

/** Each row over its length; rows of zeros stay. */
const unitRows = (values: Float32Array, width: number): Float32Array => {
  const units = values.slice();
  for (let start = 0; start < units.length; start += width) {
    const row = units.subarray(start, start + width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length > 1e-12) row.forEach((value, at) => void (row[at] = value / length));
  }
  return units;
};

const supportOf = ({ columns, weights }: SparseRows, items: number): Float64Array => {
  const support = new Float64Array(items);
  columns.forEach((item, at) => void (support[item] = (support[item] as number) + (weights[at] as number)));
  return support;
};

const joinRows = (a: SparseRows, b: SparseRows): SparseRows => {
  const before = a.rowStart.at(-1) as number;
  return {
    rowStart: Int32Array.from([...a.rowStart, ...b.rowStart.subarray(1).map((start) => start + before)]),
    columns: Int32Array.from([...a.columns.subarray(0, before), ...b.columns]),
    weights: Float32Array.from([...a.weights.subarray(0, before), ...b.weights]),
  };
};

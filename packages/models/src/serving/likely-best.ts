/**
 * Who may be among the best of a query, by what whole numbers say of a catalogue (top-items-program.ts) and by how far they
 * can be off (quantise.ts). Invariant: an item that is left out has at least `top` others above it.
 */
import type { QuantisedItems, QuantisedQuery } from './quantise.ts';
import { BLOCK } from './top-items-program.ts';

/** More than products of float32 lose together at its lower end, where they become 0. */
const TINIEST = 2 ** -130;
/** Nothing is below it. */
const LOWEST = -(2 ** 31);

/** What the graph writes. */
export interface WholeScores {
  /** Blocks of a query that there are products of. */
  readonly count: number;
  /** [batch, blocks]. */
  readonly highest: Int32Array;
  /** [batch, count]. */
  readonly best: Int32Array;
  /** [batch, count, BLOCK]. */
  readonly products: Int32Array;
}

/** Items that may be among the best `top` of a row, into `into`, which has room for all; how many. */
export type FindLikely = (row: number, query: QuantisedQuery, into: Int32Array) => number;

export const createFindLikely = (
  { order, scales, lengths, errors }: QuantisedItems,
  { count, highest, best, products }: WholeScores,
  top: number,
): FindLikely => {
  const blocks = scales.length;
  const items = order.length;
  const bounds = new Float64Array(blocks);
  const margins = new Float64Array(blocks);
  const floors = new Float64Array(top);
  /** By block: 1 + its place among those that there are products of. */
  const brought = new Int32Array(blocks);

  /** Fills in how high each block may reach; at least `top` scores are as high as what is returned. */
  const bound = (row: number, { scale, length, error }: QuantisedQuery): number => {
    floors.fill(Number.NEGATIVE_INFINITY);
    let floor = Number.NEGATIVE_INFINITY;
    for (let block = 0; block < blocks; block += 1) {
      const margin = error * (lengths[block] as number) + length * (errors[block] as number) + TINIEST;
      const reached = (highest[row * blocks + block] as number) * scale * (scales[block] as number);
      margins[block] = margin;
      bounds[block] = reached + margin;
      const sure = reached - margin;
      if (sure <= floor) continue;
      let at = top - 1;
      for (; at > 0 && (floors[at - 1] as number) < sure; at -= 1) floors[at] = floors[at - 1] as number;
      floors[at] = sure;
      floor = floors[top - 1] as number;
    }
    return floor;
  };

  return (row, query, into) => {
    const floor = bound(row, query);
    for (let at = 0; at < count; at += 1) brought[best[row * count + at] as number] = at + 1;
    let found = 0;
    for (let block = 0; block < blocks; block += 1) {
      if ((bounds[block] as number) < floor) continue;
      const unit = query.scale * (scales[block] as number);
      const at = brought[block] as number;
      // of a block without products all may be
      const least = at > 0 && unit > 0 ? Math.ceil((floor - (margins[block] as number)) / unit) : LOWEST;
      const start = (row * count + Math.max(0, at - 1)) * BLOCK;
      const first = block * BLOCK;
      const some = Math.min(BLOCK, items - first);
      for (let k = 0; k < some; k += 1) {
        if ((products[start + k] as number) < least) continue;
        into[found] = order[first + k] as number;
        found += 1;
      }
    }
    for (let at = 0; at < count; at += 1) brought[best[row * count + at] as number] = 0;
    return found;
  };
};

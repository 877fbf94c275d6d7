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
  /** [batch, places]. */
  readonly products: Int32Array;
  /** [batch, blocks]. */
  readonly highest: Int32Array;
}

/** Items that may be among the best `top` of a row, into `into`, which has room for all; how many. */
export type FindLikely = (row: number, query: QuantisedQuery, into: Int32Array) => number;

export const createFindLikely = (
  { order, scales, lengths, errors }: QuantisedItems,
  { products, highest }: WholeScores,
  top: number,
): FindLikely => {
  const blocks = scales.length;
  const places = blocks * BLOCK;
  const items = order.length;
  const bounds = new Float64Array(blocks);
  const margins = new Float64Array(blocks);
  const floors = new Float64Array(top);

  /** Fills in how high each block may reach; at least `top` scores are as high as what is returned. */
  const bound = (row: number, { scale, length, error }: QuantisedQuery): number => {
    floors.fill(Number.NEGATIVE_INFINITY);
    let floor = Number.NEGATIVE_INFINITY;
    // those with large numbers first: they reach highest most often, and each new best moves those before it
    for (let block = blocks - 1; block >= 0; block -= 1) {
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
    let found = 0;
    for (let block = 0; block < blocks; block += 1) {
      if ((bounds[block] as number) < floor) continue;
      const unit = query.scale * (scales[block] as number);
      const least = unit > 0 ? Math.ceil((floor - (margins[block] as number)) / unit) : LOWEST;
      const end = Math.min(items, (block + 1) * BLOCK);
      for (let place = block * BLOCK; place < end; place += 1) {
        if ((products[row * places + place] as number) < least) continue;
        into[found] = order[place] as number;
        found += 1;
      }
    }
    return found;
  };
};

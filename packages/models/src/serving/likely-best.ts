/**
 * Who may be among the best of a query, by what whole numbers say of a catalogue (top-items-program.ts) and by how far they
 * can be off (quantise.ts). Invariant: an item that is left out has at least `top` others above it.
 */
import { largest, type QuantisedItems, type QuantisedQuery } from './quantise.ts';
import { BLOCK } from './top-items-program.ts';

/** More than products of float32 lose together at its lower end, where they become 0. */
const TINIEST = 2 ** -130;
/** Of the graph's bounds, which are float32: of one and another together, as a share of what goes into them. */
const ROUNDING = 2e-6;
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
  const [longest, furthest] = [largest(lengths), largest(errors)];
  const floors = new Float64Array(top);
  const isBrought = new Uint8Array(blocks);

  /** By how much what is reached in a block can be off. */
  const marginOf = (block: number, { length, error }: QuantisedQuery): number =>
    error * (lengths[block] as number) + length * (errors[block] as number) + TINIEST;
  const reachedIn = (block: number, row: number, { scale }: QuantisedQuery): number =>
    (highest[row * blocks + block] as number) * scale * (scales[block] as number);

  /** At least `top` scores are as high: those of the best blocks. */
  const floorOf = (row: number, query: QuantisedQuery): number => {
    floors.fill(Number.NEGATIVE_INFINITY);
    for (let at = row * count; at < (row + 1) * count; at += 1) {
      const block = best[at] as number;
      const sure = reachedIn(block, row, query) - marginOf(block, query);
      if (sure <= (floors[top - 1] as number)) continue;
      let place = top - 1;
      for (; place > 0 && (floors[place - 1] as number) < sure; place -= 1) floors[place] = floors[place - 1] as number;
      floors[place] = sure;
    }
    return floors[top - 1] as number;
  };

  /** Of the blocks that there are products of. */
  const findBrought = (row: number, query: QuantisedQuery, floor: number, into: Int32Array): number => {
    let found = 0;
    for (let at = row * count; at < (row + 1) * count; at += 1) {
      const block = best[at] as number;
      const unit = query.scale * (scales[block] as number);
      const least = unit > 0 ? Math.ceil((floor - marginOf(block, query)) / unit) : LOWEST;
      if ((highest[row * blocks + block] as number) < least) continue;
      const first = block * BLOCK;
      const some = Math.min(BLOCK, items - first);
      for (let k = 0; k < some; k += 1) {
        if ((products[at * BLOCK + k] as number) < least) continue;
        into[found] = order[first + k] as number;
        found += 1;
      }
    }
    return found;
  };

  /** Of the others: all items of a block that may reach up. */
  const findOthers = (row: number, query: QuantisedQuery, floor: number, into: Int32Array, start: number): number => {
    isBrought.fill(0);
    for (let at = row * count; at < (row + 1) * count; at += 1) isBrought[best[at] as number] = 1;
    let found = start;
    for (let block = 0; block < blocks; block += 1) {
      if (isBrought[block] === 1 || reachedIn(block, row, query) + marginOf(block, query) < floor) continue;
      const end = Math.min(items, (block + 1) * BLOCK);
      for (let place = block * BLOCK; place < end; place += 1) {
        into[found] = order[place] as number;
        found += 1;
      }
    }
    return found;
  };

  return (row, query, into) => {
    const floor = floorOf(row, query);
    const found = findBrought(row, query, floor, into);
    // the graph chose by the same bounds, in float32
    const last = best[(row + 1) * count - 1] as number;
    const bound = reachedIn(last, row, query) + marginOf(last, query);
    const rounding = ROUNDING * (query.length + query.error) * (longest + furthest);
    return bound + rounding < floor ? found : findOthers(row, query, floor, into, found);
  };
};

/**
 * Who may be among the best, by products of quantised queries and items that are off by so much at most. Of each block of
 * items the highest score is found by vector instructions; only blocks that reach up to the best are looked into.
 */
import { compileWasm, instantiate, type WasmFunction, wasm } from '../training/simd/wasm-module.ts';
import type { QuantisedItems, QuantisedQuery } from './quantise.ts';

const { get, set, integer, addIntegers, loop, load, store, splat, add, mul, max, convert } = wasm;
const BYTES = 4;
const LANES = 4;
const VECTOR_BYTES = LANES * BYTES;
/** Places that stand next to each other: four blocks, each of every fourth one. */
export const GROUP = 128;
const GROUP_BYTES = GROUP * BYTES;
/** Bias of places that no item has. */
const NOWHERE = -1e30;
const LOWEST = -3e38;
/** Of numbers that are rounded to float32 a few times, as a share of the largest. */
const ROUNDING = 1e-6;

/** Parameters: products of a group, where they end, biases, out, factor of products, the lowest number. */
const highest = (): WasmFunction => {
  const [products, end, biases, out, factor, lowest, factors, even, odd] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const score = (offset: number) =>
    add(mul(convert(load(get(products), offset)), get(factors)), load(get(biases), offset));
  const ahead = (local: number) => set(local, addIntegers(get(local), integer(2 * VECTOR_BYTES)));
  return {
    name: 'highest',
    parameters: ['i32', 'i32', 'i32', 'i32', 'f32', 'f32'],
    locals: ['v128', 'v128', 'v128'],
    body: [
      ...set(factors, splat(get(factor))),
      ...set(even, splat(get(lowest))),
      ...set(odd, splat(get(lowest))),
      ...loop(
        [
          ...set(even, max(get(even), score(0))),
          ...set(odd, max(get(odd), score(VECTOR_BYTES))),
          ...ahead(products),
          ...ahead(biases),
        ],
        products,
        end,
      ),
      ...store(get(out), max(get(even), get(odd)), 0),
    ],
  };
};

const compiled = compileWasm([highest()]);

export interface LikelyBest {
  /** [batch, places], to be written by whoever multiplies: whole products of queries and items. */
  readonly products: Int32Array;
  /** Items whose score may be among the best `top` of a row, into `into`, which has room for all; how many. */
  find(row: number, query: QuantisedQuery, into: Int32Array): number;
}

/** `bias`, [items], is added to scores; absent: nothing. */
export const createLikelyBest = (
  { order, scales, lengths, errors }: QuantisedItems,
  bias: Float32Array | undefined,
  { width, batch, top }: { readonly width: number; readonly batch: number; readonly top: number },
): LikelyBest => {
  const groups = scales.length;
  const items = order.length;
  const rowBytes = groups * GROUP_BYTES;
  const [atBiases, atBest] = [batch * rowBytes, (batch + 1) * rowBytes];
  const { buffer, highest: findHighest } = instantiate<{ readonly highest: (...numbers: number[]) => void }>(
    compiled,
    atBest + groups * VECTOR_BYTES,
  );
  const products = new Int32Array(buffer, 0, batch * groups * GROUP);
  const biases = new Float32Array(buffer, atBiases, groups * GROUP).fill(NOWHERE);
  const best = new Float32Array(buffer, atBest, groups * LANES);
  let largestBias = 0;
  for (let place = 0; place < items; place += 1) {
    const own = bias?.[order[place] as number] ?? 0;
    biases[place] = own;
    largestBias = Math.max(largestBias, Math.abs(own));
  }
  /** By group: how far its scores can be off. */
  const margins = new Float64Array(groups);
  const floors = new Float64Array(top);

  /** The highest score of each block, and what it may be off by. */
  const look = (row: number, { scale, length, error }: QuantisedQuery): void => {
    for (let group = 0; group < groups; group += 1) {
      const start = row * rowBytes + group * GROUP_BYTES;
      const [biasesFrom, out] = [atBiases + group * GROUP_BYTES, atBest + group * VECTOR_BYTES];
      findHighest(start, start + GROUP_BYTES, biasesFrom, out, scale * (scales[group] as number), LOWEST);
      const [long, off] = [lengths[group] as number, errors[group] as number];
      const rounding = (length * (long + off) * width + largestBias) * ROUNDING;
      margins[group] = error * long + length * off + rounding;
    }
  };

  /** At least `top` scores are as high: the highest of so many blocks, whatever they are off by. */
  const floorOf = (): number => {
    floors.fill(Number.NEGATIVE_INFINITY);
    let floor = Number.NEGATIVE_INFINITY;
    for (let block = 0; block < best.length; block += 1) {
      const sure = (best[block] as number) - (margins[Math.floor(block / LANES)] as number);
      if (sure <= floor) continue;
      let at = top - 1;
      for (; at > 0 && (floors[at - 1] as number) < sure; at -= 1) floors[at] = floors[at - 1] as number;
      floors[at] = sure;
      floor = floors[top - 1] as number;
    }
    return floor;
  };

  return {
    products,
    find: (row, query, into) => {
      look(row, query);
      const floor = floorOf();
      let count = 0;
      for (let block = 0; block < best.length; block += 1) {
        const group = Math.floor(block / LANES);
        const least = floor - (margins[group] as number);
        if ((best[block] as number) < least) continue;
        const factor = query.scale * (scales[group] as number);
        const start = row * groups * GROUP;
        const end = Math.min(items, (group + 1) * GROUP);
        for (let place = group * GROUP + (block % LANES); place < end; place += LANES) {
          if ((products[start + place] as number) * factor + (biases[place] as number) < least) continue;
          into[count] = order[place] as number;
          count += 1;
        }
      }
      return count;
    },
  };
};

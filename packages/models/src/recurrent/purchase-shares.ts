/**
 * What is bought next as a run of opinions leaves it: of each item its chance in terms of the best item's, and what all of
 * them come to. Invariant: a sum depends on its own row alone, and always adds in the same order.
 */
import { calibrated } from './calibration.ts';
import type { PurchaseCalibration } from './next-purchase.ts';

/** Good until the next run. */
export interface PurchaseShares {
  /** [rows, places], p of the item / p of the best at the temperature, 0 to 1; 0 behind the items. */
  readonly shares: Float32Array;
  /** The items in whole blocks. */
  readonly places: number;
  /** [rows], Σ over all items: p of the best is one over it. */
  readonly totals: Float64Array;
  /** [rows, blocks]: as `StandardRoots` has them. */
  readonly maxima: Float32Array;
}

/** Rows behind the first `count`, as many again. */
export const readShares = (
  arrays: { readonly roots: Float32Array; readonly tops: Float32Array; readonly maxima: Float32Array },
  count: number,
  items: number,
): PurchaseShares => {
  const rows = arrays.tops.length;
  const [places, wide] = [arrays.roots.length / rows, arrays.maxima.length / rows];
  const shares = arrays.roots.subarray(count * places, 2 * count * places);
  const totals = new Float64Array(count);
  for (let row = 0; row < count; row += 1) totals[row] = sumOf(shares, row * places, row * places + items);
  return { shares, places, totals, maxima: arrays.maxima.subarray(count * wide, 2 * count * wide) };
};

/** In doubles, so that chances sum to one; in four strands: an addition must not wait for the one before. */
const sumOf = (values: Float32Array, from: number, to: number): number => {
  let [a, b, c, d, at] = [0, 0, 0, 0, from];
  for (; at + 3 < to; at += 4) {
    a += values[at] as number;
    b += values[at + 1] as number;
    c += values[at + 2] as number;
    d += values[at + 3] as number;
  }
  for (; at < to; at += 1) a += values[at] as number;
  return a + b + (c + d);
};

/** The chance that a share of a row with this total means. */
export const chanceOf = ({ isotonic }: Pick<PurchaseCalibration, 'isotonic'>, share: number, total: number): number =>
  calibrated(isotonic, share / total);

/**
 * What is bought next as a run of opinions leaves it: of each item its chance in terms of the best item's, and what all of
 * them come to. Invariant: a sum depends on its own row alone, and always adds in the same order.
 */
import { wideSumOf } from '../training/simd/kernels.ts';
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
  for (let row = 0; row < count; row += 1) totals[row] = wideSumOf(shares.subarray(row * places, row * places + items));
  return { shares, places, totals, maxima: arrays.maxima.subarray(count * wide, 2 * count * wide) };
};

/** The chance that a share of a row with this total means. */
export const chanceOf = ({ isotonic }: Pick<PurchaseCalibration, 'isotonic'>, share: number, total: number): number =>
  calibrated(isotonic, share / total);

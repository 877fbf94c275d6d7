import type { Candidates } from '@nextcart/models';
import type { CatalogFeatures } from './catalog-features.ts';
import type { PurchaseChances } from './models/purchase-chances.ts';

const MICRO = 1e6;

/**
 * What lists are ordered by where prices have a share: ln(chance to be bought next) + share · ln(price), so that a share of
 * 1 is the order of expected revenue. An item that the release gives no chance, or does not know, comes behind all that
 * have one, and stands there by its fused score + share · ln(price); so do all where nobody says chances. An item
 * without a price counts as the mean ln(price) of the others.
 *
 * Chances are those at the release's temperature, in terms of the likeliest item's: what all have in common orders nothing.
 * Not by the steps of its calibration, which are fitted on the best of a list: what lies below the first has one chance, and
 * the dearest of it would come first (decision 34).
 */
export const createRevenueKeys = ({ columns }: CatalogFeatures, share: number) => {
  let keys = new Float64Array(0);
  /**
   * `fused`: by slot, in millionths; `passed`: slots that may be shown. Keys by slot in whole millionths, good until the
   * next call.
   */
  return (
    { items, length }: Candidates,
    fused: Float64Array,
    passed: Int32Array,
    purchases: PurchaseChances | undefined,
  ): Float64Array => {
    if (keys.length < length) keys = new Float64Array(2 * length);
    const logOf = (slot: number) => Math.log(columns.price[items[slot] as number] ?? Number.NaN);
    const millionthsOf = (slot: number) => purchases?.millionths(items[slot] as number) ?? 0;
    let [sum, known] = [0, 0];
    for (const slot of passed) {
      const log = logOf(slot);
      if (Number.isFinite(log)) [sum, known] = [sum + log, known + 1];
    }
    const mean = known > 0 ? sum / known : 0;
    // of those with a chance and of those without: the last, the first
    let [last, first] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const slot of passed) {
      const log = logOf(slot);
      const price = Math.round(share * ((Number.isFinite(log) ? log : mean) - mean) * MICRO);
      const millionths = millionthsOf(slot);
      const key = price + (millionths > 0 ? Math.round(Math.log(millionths) * MICRO) : (fused[slot] as number));
      if (millionths > 0) last = Math.min(last, key);
      else first = Math.max(first, key);
      keys[slot] = key;
    }
    const back = first - last + 1;
    if (back > 0 && last < Number.POSITIVE_INFINITY)
      for (const slot of passed) if (millionthsOf(slot) === 0) keys[slot] = (keys[slot] as number) - back;
    return keys;
  };
};

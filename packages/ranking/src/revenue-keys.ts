import type { Candidates } from '@nextcart/models';
import type { CatalogFeatures } from './catalog-features.ts';
import type { PurchaseChances } from './models/purchase-chances.ts';

const MICRO = 1e6;

/**
 * What lists are ordered by where prices have a share: ln(chance to be bought next) + share · ln(price), so that a share of
 * 1 is the order of expected revenue. An item that the release gives no chance, or does not know, comes behind all that
 * have one, and stands there by its fused score + share · ln(price); so do all where nobody says chances.
 *
 * Prices count against the mean ln(price) of those in their currency, among what may be shown: whatever a unit of one is
 * worth in another, they are never compared. An item without a price, or alone in its currency, counts as that mean.
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
    const millionthsOf = (slot: number) => purchases?.millionths(items[slot] as number) ?? 0;
    // by currency; a log stands in its key's place until that is known
    const sums = new Map<number, { log: number; prices: number }>();
    const currencyOf = (slot: number) => columns.currency[items[slot] as number] as number;
    for (const slot of passed) {
      const log = Math.log(columns.price[items[slot] as number] ?? Number.NaN);
      keys[slot] = log;
      if (!Number.isFinite(log)) continue;
      const sum = sums.get(currencyOf(slot));
      if (sum === undefined) sums.set(currencyOf(slot), { log, prices: 1 });
      else {
        sum.log += log;
        sum.prices += 1;
      }
    }
    // of those with a chance and of those without: the last, the first
    let [last, first] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const slot of passed) {
      const [log, sum] = [keys[slot] as number, sums.get(currencyOf(slot))];
      const price = sum && Number.isFinite(log) ? Math.round(share * (log - sum.log / sum.prices) * MICRO) : 0;
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

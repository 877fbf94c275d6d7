/** How many trials of the shop's average a key is given beforehand: with 20 views of its own it counts half. */
export const PRIOR_STRENGTH = 20;

export interface Funnel {
  readonly views: number;
  readonly carts: number;
  readonly purchases: number;
}

export interface Conversion {
  /** Carts per view. */
  readonly cart: number;
  /** Purchases per view. */
  readonly purchase: number;
  /** Purchases per cart. */
  readonly purchaseOfCart: number;
}

/** Never above 1: a sale without a view (a till, an import) is no reason to believe in more than certainty. */
const smoothed = (successes: number, trials: number, prior: number): number =>
  Math.min(1, (successes + PRIOR_STRENGTH * prior) / (trials + PRIOR_STRENGTH));

const share = (part: number, whole: number): number => (whole === 0 ? 0 : Math.min(1, part / whole));

/**
 * Conversion rates shrunk to those of all keys of the same kind in the same window (posterior mean of a Beta prior
 * with PRIOR_STRENGTH pseudo-trials): (successes + 20·rate of all) / (trials + 20).
 */
export const conversionOf = (own: Funnel, all: Funnel): Conversion => ({
  cart: smoothed(own.carts, own.views, share(all.carts, all.views)),
  purchase: smoothed(own.purchases, own.views, share(all.purchases, all.views)),
  purchaseOfCart: smoothed(own.purchases, own.carts, share(all.purchases, all.carts)),
});

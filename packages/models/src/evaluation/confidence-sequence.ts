/**
 * How sure a share of wins is when somebody looks after every win: a confidence sequence, intervals that hold at all
 * looks together with a chance of 1 − alpha, where an ordinary interval is wrong at some look almost surely.
 *
 * Betting against a share p with every bet at once, weighed by a Beta(½, ½) prior, has the wealth
 *   W(p) = B(wins + ½, losses + ½) / B(½, ½) / (p^wins · (1 − p)^losses),
 * a martingale with mean 1 where each outcome has, given all before it, the chance p to be a win. By Ville's inequality
 * it ever reaches 1 / alpha with a chance of at most alpha, so the shares whose wealth has stayed below are the interval
 * (Robbins 1970, Statistical methods related to the law of the iterated logarithm; Waudby-Smith and Ramdas 2024,
 * Estimating means of bounded random variables by betting). Outcomes need not be independent.
 */
export interface Tally {
  readonly wins: number;
  readonly losses: number;
}

export interface WinRate {
  /** Of wins; NaN where there is no outcome. */
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);

/** ln Γ(x), x > 0: Stirling's series from 8 on, reached by the recurrence; its error is below 1e-12 there. */
const logGamma = (x: number): number => {
  let shift = 0;
  let z = x;
  while (z < 8) shift += Math.log(z++);
  const square = 1 / (z * z);
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + HALF_LOG_TAU + series - shift;
};

/** ln B(½, ½). */
const LOG_PRIOR = Math.log(Math.PI);

/** x · ln y with 0 · ln 0 = 0. */
const times = (x: number, logOf: number): number => (x === 0 ? 0 : x * Math.log(logOf));

/** ln W(p): what is won by betting against a share of wins of `share`. Infinite where that can't have made the tally. */
export const logWealth = ({ wins, losses }: Tally, share: number): number =>
  logGamma(wins + 0.5) +
  logGamma(losses + 0.5) -
  logGamma(wins + losses + 1) -
  LOG_PRIOR -
  times(wins, share) -
  times(losses, 1 - share);

/** 2^-50 of the way: below what a double tells apart near 1. */
const HALVINGS = 50;

/** The end of the interval between `inside` and `outside`; W has one minimum, at the rate, so there is one on each side. */
const endOf = (tally: Tally, limit: number, inside: number, outside: number): number => {
  if (logWealth(tally, outside) < limit) return outside;
  let [near, far] = [inside, outside];
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = (near + far) / 2;
    if (logWealth(tally, middle) < limit) near = middle;
    else far = middle;
  }
  return far; // the outer one: rounding must not make an interval less careful
};

/** Share of wins with its confidence sequence. Throws a RangeError on counts that are none. */
export const winRate = (tally: Tally, alpha = 0.05): WinRate => {
  const { wins, losses } = tally;
  if (![wins, losses].every((count) => Number.isSafeInteger(count) && count >= 0))
    throw new RangeError(`${wins} wins and ${losses} losses are no counts`);
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`an alpha of ${alpha}: expected one between 0 and 1`);
  if (wins + losses === 0) return { rate: Number.NaN, low: 0, high: 1 };
  const rate = wins / (wins + losses);
  const limit = -Math.log(alpha);
  return { rate, low: endOf(tally, limit, rate, 0), high: endOf(tally, limit, rate, 1) };
};

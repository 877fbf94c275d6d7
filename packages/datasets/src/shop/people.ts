import { NEEDS, STYLES } from './assortment.ts';
import { DAY_MS, parameters } from './parameters.ts';
import { createRandom, streams, unit } from './random.ts';
import { brands } from './words.ts';

export type ShopCurrency = 'EUR' | 'USD' | 'GBP';

/** A person at a time: a pure function of seed, person and time, so nothing of it is kept between sessions. */
export interface Person {
  readonly index: number;
  readonly hasAccount: boolean;
  readonly devices: 1 | 2;
  /** 0 (buys cheap) to priceClasses − 1 (buys dear). */
  readonly priceClass: number;
  readonly brands: readonly number[];
  readonly currency: ShopCurrency;
  /** [NEEDS], shares that sum to 1, with the drift up to the time. */
  readonly needs: Float64Array;
  /** [STYLES], unit length. */
  readonly style: Float64Array;
}

export const userIdOf = (index: number): string => `u${index + 1}`;
export const visitorIdOf = (index: number, device: number): string => `v${index + 1}${device === 0 ? 'a' : 'b'}`;
/** The person behind a subject of the shop, or −1. */
export const personIndexOf = (subject: string): number => {
  const match = /^(?:u(\d{1,9})|v(\d{1,9})[ab])$/.exec(subject);
  return match === null ? -1 : Number(match[1] ?? match[2]) - 1;
};

/** How often somebody comes, against the average of 1: lognormal, so a few come very often. */
export const activityOf = (seed: number, index: number): number => {
  const { activitySpread: s } = parameters;
  const u = 1 - unit(seed, streams.person, index, 1);
  const v = unit(seed, streams.person, index, 2);
  return Math.min(20, Math.exp(s * Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v) - (s * s) / 2));
};

/** Hours that somebody's day is shifted by. */
export const dayShiftOf = (seed: number, index: number): number => 6 * unit(seed, streams.person, index, 3) - 3;

/** Shares: exponentials to a power, so that two or three needs carry most of it. */
const drawShares = (seed: number, index: number, epoch: number): Float64Array => {
  const random = createRandom(seed, streams.needs, index, epoch);
  const shares = new Float64Array(NEEDS);
  let sum = 0;
  for (let k = 0; k < NEEDS; k += 1) {
    const share = random.exponential() ** parameters.needsConcentration;
    shares[k] = share;
    sum += share;
  }
  for (let k = 0; k < NEEDS; k += 1) shares[k] = (shares[k] as number) / sum;
  return shares;
};

/** Long-term shares, and a share of them that wanders from one draw to the next, each `driftDays` apart. */
const needsAt = (seed: number, index: number, time: number): Float64Array => {
  const phase = time / (parameters.driftDays * DAY_MS) + unit(seed, streams.needs, index, 999_999);
  const epoch = Math.floor(phase);
  const toward = phase - epoch;
  const shares = drawShares(seed, index, 0);
  const from = drawShares(seed, index, epoch + 1);
  const to = drawShares(seed, index, epoch + 2);
  const d = parameters.driftShare;
  for (let k = 0; k < NEEDS; k += 1) {
    const drifted = (1 - toward) * (from[k] as number) + toward * (to[k] as number);
    shares[k] = (1 - d) * (shares[k] as number) + d * drifted;
  }
  return shares;
};

export const personAt = (seed: number, index: number, time: number): Person => {
  const random = createRandom(seed, streams.person, index);
  const style = new Float64Array(STYLES);
  let length = 0;
  for (let s = 0; s < STYLES; s += 1) {
    style[s] = random.normal();
    length += (style[s] as number) ** 2;
  }
  for (let s = 0; s < STYLES; s += 1) style[s] = (style[s] as number) / Math.sqrt(length);
  const money = random.next();
  const { usd, gbp } = parameters;
  return {
    index,
    hasAccount: random.chance(parameters.hasAccount),
    devices: random.chance(parameters.twoDevices) ? 2 : 1,
    priceClass: random.below(parameters.priceClasses),
    brands: Array.from({ length: parameters.favouriteBrands }, () => random.below(brands.length)),
    currency: money < usd ? 'USD' : money < usd + gbp ? 'GBP' : 'EUR',
    needs: needsAt(seed, index, time),
    style,
  };
};

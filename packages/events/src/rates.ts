import { MAX_UNITS } from '@nextcart/contracts';

/** Exact conversion into the base currency: integers all the way, one rounding at the end, half to even. */
export interface Rates {
  readonly base: string;
  /** Null where there is no rate, or the result is beyond decimal(18,4). */
  toBase(units: bigint, currency: string): bigint | null;
}

/** A rates file: price of one unit of each currency in the base, as plain decimal text of at most 12 places. */
export interface RatesFile {
  readonly base: string;
  readonly rates: Readonly<Record<string, string>>;
}

const PLACES = 12;
const ONE = 10n ** BigInt(PLACES);

/** Quotient rounded to the nearest, halves to the even neighbour; the divisor is positive. */
export const divideHalfEven = (dividend: bigint, divisor: bigint): bigint => {
  const size = dividend < 0n ? -dividend : dividend;
  const quotient = size / divisor;
  const twice = (size % divisor) * 2n;
  const up = twice > divisor || (twice === divisor && (quotient & 1n) === 1n);
  const rounded = up ? quotient + 1n : quotient;
  return dividend < 0n ? -rounded : rounded;
};

const parseRate = (currency: string, text: string): bigint => {
  const match = /^(\d{1,12})(?:\.(\d{1,12}))?$/.exec(text);
  const scaled = match === null ? 0n : BigInt(`${match[1]}${(match[2] ?? '').padEnd(PLACES, '0')}`);
  if (scaled === 0n)
    throw new RangeError(`rate of ${currency} is '${text}': expected a positive decimal of ≤ 12 places`);
  return scaled;
};

/** Throws RangeError, naming the currency, where a rate is not a positive plain decimal. */
export const createRates = (file: RatesFile): Rates => {
  const scaled = new Map(Object.entries(file.rates).map(([currency, text]) => [currency, parseRate(currency, text)]));
  scaled.set(file.base, ONE);
  return {
    base: file.base,
    toBase: (units, currency) => {
      if (currency === file.base) return units;
      const rate = scaled.get(currency);
      if (rate === undefined) return null;
      const result = divideHalfEven(units * rate, ONE);
      return result > MAX_UNITS || result < -MAX_UNITS ? null : result;
    },
  };
};

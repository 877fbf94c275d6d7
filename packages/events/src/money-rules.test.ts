import { MAX_UNITS } from '@nextcart/contracts';
import { expect, test } from 'vitest';
import { createRates, divideHalfEven } from './rates.ts';
import { createSpreads, MIN_MAD, OUTLIER_DEVIATIONS } from './spreads.ts';

test('conversion rounds once, halves to even, the sign apart', () => {
  expect([5n, 15n, 25n, -5n, -15n, 14n, 16n].map((n) => divideHalfEven(n, 10n))).toEqual([0n, 2n, 2n, 0n, -2n, 1n, 2n]);
  const rates = createRates({ base: 'EUR', rates: { USD: '0.5', JPY: '0.000000000001' } });
  expect([rates.toBase(3n, 'USD'), rates.toBase(5n, 'USD'), rates.toBase(7n, 'EUR')]).toEqual([2n, 2n, 7n]);
  expect([rates.toBase(1n, 'XXX'), rates.toBase(1n, '')]).toEqual([null, null]);
});

test('a result beyond the store has no base amount', () => {
  const rates = createRates({ base: 'EUR', rates: { GBP: '1.2' } });
  expect([rates.toBase(MAX_UNITS, 'GBP'), rates.toBase(-MAX_UNITS, 'GBP')]).toEqual([null, null]);
});

test.each(['0', '-1', '1e3', '', '0.0000000000001'])("a rate of '%s' is refused by its currency's name", (rate) => {
  expect(() => createRates({ base: 'EUR', rates: { USD: rate } })).toThrow(/USD/);
});

test('an outlier is beyond six robust deviations of the logarithm, on either side', () => {
  const spreads = createSpreads({
    categories: ['c'],
    median: Float64Array.of(Math.log(100)),
    mad: Float64Array.of(0.5),
    robots: [],
  });
  const bound = 100 * Math.exp(OUTLIER_DEVIATIONS * 1.4826 * 0.5);
  expect(spreads.isOutlier('c', BigInt(Math.floor(bound * 9_990)))).toBe(false);
  expect(spreads.isOutlier('c', BigInt(Math.ceil(bound * 10_010)))).toBe(true);
  expect(spreads.isOutlier('c', 1n)).toBe(true);
  expect(spreads.isOutlier('c', 0n)).toBe(false);
  expect(spreads.isOutlier('other', 1n)).toBe(false);
  expect(spreads.hasRobots).toBe(false);
  expect(MIN_MAD).toBeLessThan(0.5);
});

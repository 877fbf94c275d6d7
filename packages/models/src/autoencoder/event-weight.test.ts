import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amountWeight, eventWeightDefaults, recencyOf } from './event-weight.ts';

const settings = {
  amountShare: 0.5,
  amountLimits: (item: number) => (item === 0 ? [1, 2, 3, 4, 8, 9, 9, 9, 9] : undefined),
};

test('an amount counts by its logarithm against the median of its category', () => {
  expect([0, 8, 24, 56].map((amount) => amountWeight(0, amount, settings))).toEqual([0.5, 1, 1.5, 2]);
});

test('no amount, no item, no known category, a median of 0, a broken amount: neutral', () => {
  expect(amountWeight(0, Number.NaN, settings)).toBe(1);
  expect(amountWeight(0, Infinity, settings)).toBe(1);
  expect(amountWeight(0, -5, settings)).toBe(1);
  expect(amountWeight(-1, 500, settings)).toBe(1);
  expect(amountWeight(1, 500, settings)).toBe(1);
  expect(amountWeight(0, 500, { ...settings, amountLimits: () => new Float64Array(9) })).toBe(1);
  expect(amountWeight(0, 500, { ...settings, amountShare: 0 })).toBe(1);
});

test('a half-life later, twice the weight, in powers of two', () => {
  const { halfLifeMs } = eventWeightDefaults;
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 4e12 }), fc.nat(40), (time, lives) => {
      const [now, later] = [recencyOf(time, halfLifeMs), recencyOf(time + lives * halfLifeMs, halfLifeMs)];
      expect(later.power - now.power).toBe(lives);
      expect(later.factor).toBeCloseTo(now.factor, 9);
      expect(now.power + Math.log2(now.factor)).toBeCloseTo(time / halfLifeMs, 9);
      expect(now.factor >= 1 && now.factor < 2).toBe(true);
    }),
  );
});

test('no half-life: age does not matter; a time that is none is an error', () => {
  expect(recencyOf(1e12, Infinity)).toEqual(recencyOf(0, Infinity));
  expect(() => recencyOf(Number.NaN, 1)).toThrow('time NaN, half-life 1');
  expect(() => recencyOf(5, 0)).toThrow('time 5, half-life 0');
});

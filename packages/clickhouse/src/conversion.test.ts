import { expect, test } from 'vitest';
import { conversionOf } from './conversion.ts';

const all = { views: 1000, carts: 100, purchases: 50 };

test('a key without a view has the rate of the shop', () => {
  expect(conversionOf({ views: 0, carts: 0, purchases: 0 }, all)).toEqual({
    cart: 0.1,
    purchase: 0.05,
    purchaseOfCart: 0.5,
  });
});

test('one lucky view moves the rate by a 21st of the way, not to certainty', () => {
  expect(conversionOf({ views: 1, carts: 1, purchases: 1 }, all).purchase).toBeCloseTo((1 + 20 * 0.05) / 21, 12);
});

test('sales without views never make a rate above one', () => {
  expect(conversionOf({ views: 0, carts: 0, purchases: 500 }, { views: 0, carts: 0, purchases: 500 }).purchase).toBe(1);
});

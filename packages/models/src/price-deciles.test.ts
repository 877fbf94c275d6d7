import fc from 'fast-check';
import { expect, test } from 'vitest';
import { priceDeciles } from './price-deciles.ts';

test('ten prices are the ten deciles, a group of one is the middle, equals share the middle of their run', () => {
  const prices = Float64Array.from({ length: 10 }, (_, i) => 100 * (9 - i));
  expect([...priceDeciles(prices, new Int32Array(10))]).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  expect([...priceDeciles(Float64Array.of(5), Int32Array.of(3))]).toEqual([5]);
  expect([...priceDeciles(Float64Array.of(7, 7, 7, 7), new Int32Array(4))]).toEqual([5, 5, 5, 5]);
  expect([...priceDeciles(Float64Array.of(Number.NaN, 5, 5), Int32Array.of(0, -1, 0))]).toEqual([-1, -1, 5]);
});

test('against counting: prices below and half of the equals, in tenths, by group', () => {
  const cell = fc.tuple(fc.nat(30), fc.integer({ min: -1, max: 2 }));
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 60 }), (cells) => {
      const prices = Float64Array.from(cells, ([price]) => (price === 30 ? Number.NaN : price));
      const groups = Int32Array.from(cells, ([, group]) => group);
      const deciles = priceDeciles(prices, groups);
      cells.forEach(([price, group], i) => {
        const peers = cells.filter(([other, g]) => g === group && other !== 30).map(([other]) => other);
        const below = peers.filter((other) => other < price).length;
        const equal = peers.filter((other) => other === price).length;
        const expected =
          price === 30 || group < 0 ? -1 : Math.min(9, Math.floor((10 * (below + equal / 2)) / peers.length));
        expect(deciles[i]).toBe(expected);
      });
    }),
  );
});

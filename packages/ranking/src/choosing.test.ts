/** The two choosers: the best by score, and of those the most diverse. */
import type { CatalogItem } from '@nextcart/contracts';
import { createBest } from '@nextcart/models';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCandidateSheet, createShortlister } from './candidate-sheet.ts';
import { changesText, defaultConfiguration, withChanges } from './configuration.ts';
import { createDiversity } from './diversity.ts';
import { titleSignature } from './item-text.ts';
import { openShop, shopIds, shopItems } from './shop.fixture.ts';

test('the best are those that sorting by score, then by id, puts first', () => {
  const offer = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.uuid());
  fc.assert(
    fc.property(
      fc.uniqueArray(offer, { selector: ([, id]) => id, maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      (offers, size) => {
        const best = createBest(size, (slot) => offers[slot]?.[1] ?? '');
        for (let round = 0; round < 2; round += 1) {
          offers.forEach(([score], slot) => best.offer(slot, score));
          const sorted = [...offers.keys()].sort((a, b) => {
            const [x, y] = [offers[a] as [number, string], offers[b] as [number, string]];
            return y[0] - x[0] || (x[1] < y[1] ? -1 : 1);
          });
          expect([...best.take()]).toEqual(sorted.slice(0, size));
        }
      },
    ),
  );
});

describe('diversity', () => {
  const { features, index } = openShop();
  const items = Int32Array.from(shopIds, (id) => index.get(id));
  const falling = Float64Array.from(items, (_, i) => 1 - i / 100);
  const order = (lambda: number, scores = falling, size = 10, of = items) => {
    const places = new Int32Array(size).fill(-1);
    const diversify = createDiversity(features, { ...defaultConfiguration.diversity, lambda });
    diversify(items.toReversed(), scores, items.length, new Int32Array(size)); // nothing of it may stay behind
    return [...places.subarray(0, diversify(of, scores, of.length, places))];
  };

  /** By definition: relevance less the likeness to the likest that is chosen already, all looked at again each time. */
  const slowly = (lambda: number, scores: Float64Array, size: number) => {
    const { category, department, brand, signature } = features.columns;
    const weigh = defaultConfiguration.diversity;
    const like = (a: number, b: number) => {
      const same = (column: Int32Array) => (column[items[a] as number] === column[items[b] as number] ? 1 : 0);
      const differing = ((signature[items[a] as number] as number) ^ (signature[items[b] as number] as number)) >>> 0;
      const apart = differing.toString(2).replaceAll('0', '').length;
      return (
        weigh.category * same(category) +
        weigh.department * same(department) +
        weigh.brand * same(brand) +
        weigh.title * Math.max(0, 1 - apart / 16)
      );
    };
    const chosen: number[] = [];
    while (chosen.length < size) {
      const rest = [...items.keys()].filter((i) => !chosen.includes(i));
      const worth = (i: number) =>
        (lambda * (scores[i] as number)) / (scores[0] as number) -
        (1 - lambda) * Math.max(0, ...chosen.map((c) => like(c, i)));
      chosen.push(rest.reduce((a, b) => (worth(b) > worth(a) ? b : a)));
    }
    return chosen;
  };

  test('of λ = 1 is the order of the scores; a smaller λ mixes the shelves', () => {
    expect(order(1)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const shelves = (list: number[]) => new Set(list.map((i) => Math.floor(i / 10))).size;
    expect(shelves(order(1))).toBe(1);
    expect(shelves(order(0.5))).toBe(4);
    expect(order(0.5)[0]).toBe(0);
  });

  test('is what its definition gives', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0.3, 0.6, 0.85),
        fc.array(fc.nat(30), { minLength: 40, maxLength: 40 }),
        (lambda, steps) => {
          let score = 2000;
          const scores = Float64Array.from(steps, (step) => (score -= step) / 1000);
          expect(order(lambda, scores, 15)).toEqual(slowly(lambda, scores, 15));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('a title without a word is like none, whichever of the two is chosen first', () => {
    const bare = { category: [], brand: null };
    // of few bits, which is near to none
    expect((titleSignature('jam') >>> 0).toString(2).replaceAll('0', '').length).toBeLessThan(16);
    const own = openShop({
      items: ['***', 'jam', 'pen'].map((title, n) => ({ ...(shopItems[n] as CatalogItem), ...bare, title })),
      snapshots: {},
    });
    const orderOf = (...of: number[]) => {
      const places = new Int32Array(3);
      const diversify = createDiversity(own.features, { ...defaultConfiguration.diversity, lambda: 0.01 });
      diversify(Int32Array.from(of), Float64Array.of(1, 0.99, 0.98), 3, places);
      return [...places];
    };
    expect([orderOf(0, 1, 2), orderOf(1, 0, 2)]).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });

  test('chooses each once, also of scores of nothing or below, and nothing of nothing', () => {
    for (const scores of [new Float64Array(40), falling.map((s) => s - 5)])
      expect(order(0.85, scores, 40).sort((a, b) => a - b)).toEqual([...items.keys()]);
    expect(order(0.85, falling, 5, new Int32Array(0))).toEqual([]);
  });
});

test('a sheet gives slots in the order of naming, sums by part, and is clean after clearing', () => {
  const sheet = createCandidateSheet(2);
  for (let round = 0; round < 2; round += 1) {
    sheet.sheet(0).add(90_000, 1);
    sheet.sheet(1).add(5, 2);
    sheet.sheet(0).add(90_000, 0.5);
    expect([...sheet.items.subarray(0, sheet.length)]).toEqual([90_000, 5]);
    expect([...sheet.values.subarray(0, 4)]).toEqual([1.5, 0, 0, 2]);
    expect([sheet.slot(90_000), sheet.slot(5), sheet.slot(6), sheet.slot(1_000_000)]).toEqual([0, 1, -1, -1]);
    sheet.clear();
    expect([sheet.length, sheet.slot(5)]).toEqual([0, -1]);
  }
  for (let item = 0; item < 10_000; item += 1) sheet.sheet(1).add(item, item);
  expect(sheet.values[2 * 9_999 + 1]).toBe(9_999);
});

test('a shortlist has its own items alone, however far apart, and not those of the list before', () => {
  const shortlist = createShortlister();
  const listOf = (...items: number[]) => shortlist(items.length, (place) => items[place] as number);
  listOf(4, 90_000);
  const list = listOf(7, 100_000, 3);
  expect([...list.items.subarray(0, list.length)]).toEqual([7, 100_000, 3]);
  expect([7, 100_000, 3, 4, 90_000, 2_000_000].map(list.slot)).toEqual([0, 1, 2, -1, -1, -1]);
});

test('what an operator changed is named by a text that brings it back; the default has none', () => {
  expect(changesText(defaultConfiguration)).toBeUndefined();
  for (const changes of [
    { exploration: { slots: 2, every: 5 } },
    { revenueShare: 0.3 },
    { nextPurchases: 0 },
    { repurchaseDaysByCategory: { 'Home > Lamps': 365 } },
    { exploration: { slots: 1, every: 10 }, revenueShare: 1 },
  ]) {
    const changed = { ...defaultConfiguration, ...changes };
    expect(withChanges(defaultConfiguration, changesText(changed))).toEqual(changed);
  }
  expect(() => withChanges(defaultConfiguration, '{')).toThrow('a ranking changed by {');
});

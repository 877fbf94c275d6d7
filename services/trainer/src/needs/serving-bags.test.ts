import { type EventType, eventTypes, type SubjectHistory } from '@nextcart/contracts';
import { queryWords } from '@nextcart/models';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { servingBags } from './serving-bags.ts';

const ITEMS = ['a', 'b', 'c'];
const types: EventType[] = ['search', 'view', 'cart', 'purchase'];
const weights = [0.5, 1, 2, 3];
const halfLifeDays = 2;
const DAY_MS = 86_400_000;
const manifest = {
  ...{ release: 'r1', createdAt: '', seeds: {}, trainedOn: [], metrics: [], format: 1, engine: '', files: [] },
  ...{ programs: [], cpu: { model: '', flags: [] } as never },
  settings: {
    serving: { types, asked: 'view', searchFeatures: 16, bag: { weights, halfLifeDays }, weights: {} },
  },
};

const deed = fc.record({
  type: fc.constantFrom<EventType[]>('search', 'view', 'cart', 'purchase', 'impression', 'return'),
  // one more than the release knows, and none
  item: fc.integer({ min: -1, max: ITEMS.length }),
  hoursAgo: fc.nat(400),
  query: fc.constantFrom(undefined, 'tea', 'blue cup'),
});
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;
const historyOf = (deeds: readonly Deed[]): SubjectHistory => ({
  ...{ subject: 'u', count: deeds.length, length: deeds.length },
  items: Int32Array.from(deeds, ({ item }) => item),
  types: Uint8Array.from(deeds, ({ type }) => eventTypes.indexOf(type)),
  times: Float64Array.from(deeds, ({ hoursAgo }) => Date.UTC(2026, 10, 24) - hoursAgo * 3_600_000),
  ...{ offsets: new Float64Array(deeds.length), sessions: new Int32Array(deeds.length) },
  queries: deeds.map(({ query }) => query),
});

test.each([16, 0])('a bag is the sum of the weights of what the release knows, up to its length: %i sides', (sides) => {
  const bags = servingBags({ manifest, items: ITEMS }, sides);
  fc.assert(
    fc.property(fc.array(fc.array(deed, { maxLength: 20 }), { maxLength: 4 }), (folds) => {
      const { rowStart, columns, weights: found } = bags.of(folds.map(historyOf));
      expect(rowStart.length).toBe(folds.length + 1);
      folds.forEach((deeds, row) => {
        const sums = new Array<number>(ITEMS.length + sides).fill(0);
        const own = sums.slice();
        for (const { type, item, hoursAgo, query } of deeds) {
          const weight = (weights[types.indexOf(type)] ?? 0) * 2 ** -((hoursAgo * 3_600_000) / DAY_MS / halfLifeDays);
          const isKnown = item >= 0 && item < ITEMS.length;
          if (isKnown) sums[item] = (sums[item] as number) + weight;
          // what is searched for is read by its words, unless it names an item
          const words = queryWords([sides > 0 && !isKnown && type === 'search' && query ? query : null], sides);
          words.columns.forEach((column, at) => {
            const side = ITEMS.length + column;
            sums[side] = (sums[side] as number) + weight * (words.weights[at] as number);
          });
        }
        for (let at = rowStart[row] as number; at < (rowStart[row + 1] as number); at += 1)
          own[columns[at] as number] = found[at] as number;
        const unit = (values: readonly number[]) => {
          const length = Math.hypot(...values);
          return values.map((value) => (length > 0 ? value / length : 0));
        };
        const [a, b] = [unit(own), unit(sums)];
        a.forEach((value, item) => expect(value).toBeCloseTo(b[item] as number, 5));
      });
    }),
    { numRuns: 200 },
  );
});

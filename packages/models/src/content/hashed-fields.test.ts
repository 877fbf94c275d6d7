import { expect, test } from 'vitest';
import { catalogueFields, fieldDefaults, itemFields, queryFields } from './hashed-fields.ts';

const shoe = { title: 'Trail shoe', category: ['Sports', 'Shoes'], brand: 'Fernby', price: 90 };
const unknown = { title: 'Trail shoe', category: [], brand: '', price: Number.NaN };
const BUCKETS = 1 << 16; // no two tokens of these tests meet
const rowOf = ({ rowStart, columns, weights }: ReturnType<typeof itemFields>, row = 0) =>
  new Map(
    [...columns.subarray(rowStart[row], rowStart[row + 1])].map((column, at) => [
      column,
      weights[(rowStart[row] as number) + at] as number,
    ]),
  );
const lengthOf = (row: ReadonlyMap<number, number>) => Math.sqrt([...row.values()].reduce((sum, w) => sum + w * w, 0));

test('a field weighs the same however many tokens it has', () => {
  const options = (weights: Partial<typeof fieldDefaults>) => ({
    buckets: BUCKETS,
    weights: { words: 0, grams: 0, category: 0, brand: 0, price: 0, ...weights },
  });
  for (const weights of [{ words: 2 }, { grams: 0.5 }, { category: 1 }, { brand: 3 }, { price: 1 }])
    for (const item of [shoe, { ...shoe, title: 'Trail shoe with a long long name of words' }])
      expect(lengthOf(rowOf(itemFields([item], options(weights))))).toBeCloseTo(Object.values(weights)[0] as number, 5);
});

test('words of titles, brands, categories and searches are the same columns; a typing error keeps most 3-grams', () => {
  const only = { buckets: BUCKETS, weights: { ...fieldDefaults, grams: 0 } };
  const item = rowOf(itemFields([shoe], only));
  for (const word of ['trail', 'FERNBY', 'sports'])
    expect(item.has([...rowOf(queryFields([word], only)).keys()][0] ?? -1)).toBe(true);
  const right = rowOf(queryFields(['trail shoe'], { buckets: BUCKETS }));
  const wrong = rowOf(queryFields(['trial shoe'], { buckets: BUCKETS }));
  const shared = [...right.keys()].filter((column) => wrong.has(column)).length;
  expect(shared / right.size).toBeGreaterThan(0.5);
});

test('what is not known has columns of its own', () => {
  const [known, none] = [
    rowOf(itemFields([shoe], { buckets: BUCKETS })),
    rowOf(itemFields([unknown], { buckets: BUCKETS })),
  ];
  const added = [...none.keys()].filter((column) => !known.has(column));
  expect(added).toHaveLength(3); // category, brand, price
  expect(rowOf(queryFields([null, 'shoe'], { buckets: BUCKETS })).size).toBe(0);
});

test('rows of some items are those of their whole catalogue; of an item that it lacks nothing is known', () => {
  const prices = Array.from({ length: 20 }, (_, item) => ({ ...shoe, title: `Trail shoe ${item}`, price: 10 + item }));
  const catalogue = new Map(prices.map((item, at) => [`i${at}`, item]));
  const wanted = ['i19', 'gone', 'i0'];
  const some = catalogueFields(wanted, catalogue, { buckets: BUCKETS });
  const whole = itemFields(prices, { buckets: BUCKETS });
  expect([rowOf(some, 0), rowOf(some, 2)]).toEqual([rowOf(whole, 19), rowOf(whole, 0)]);
  const nothing = rowOf(itemFields([{ ...unknown, title: '' }], { buckets: BUCKETS }));
  expect(rowOf(some, 1)).toEqual(nothing);
});

test('prices are dear or cheap within their currency', () => {
  const only = { buckets: BUCKETS, weights: { words: 0, grams: 0, category: 0, brand: 0, price: 1 } };
  const of = (currency: string, factor: number) =>
    [1, 2, 3].map((price) => ({ ...shoe, price: price * factor, currency }));
  const both = itemFields([...of('EUR', 1), ...of('JPY', 160)], only);
  for (const item of [0, 1, 2]) expect(rowOf(both, item)).toEqual(rowOf(both, item + 3));
  expect(rowOf(both, 0)).not.toEqual(rowOf(both, 2));
});

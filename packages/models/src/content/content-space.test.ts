import { describe, expect, test } from 'vitest';
import type { SparseRows } from '../item-graph.ts';
import { createRandom } from '../training/random.ts';
import type { ContentItem } from './content-item.ts';
import { addCosines, fitContentSpace, fitRelation } from './content-space.ts';
import { itemFields, queryFields } from './hashed-fields.ts';
import { createTextMatch } from './text-match.ts';

/**
 * A made shop: kinds of items that share no word of their titles with their category's name. People look at one kind and
 * style in a session; what they search for is another word than the title's (a synonym), so that words alone find
 * nothing; after a shoe they look at socks.
 */
const kinds = ['shoe', 'sock', 'lamp', 'kettle'];
const styles = ['urban', 'forest'];
const synonyms = ['sneaker', 'hosiery', 'lantern', 'boiler'];
const PER_KIND = 20;
const ITEMS = kinds.length * PER_KIND;
const kindOf = (item: number) => Math.floor(item / PER_KIND);
const styleOf = (item: number) => item % 2;
const catalogue: ContentItem[] = Array.from({ length: ITEMS }, (_, item) => ({
  title: `${kinds[kindOf(item)]} ${styles[styleOf(item)]} ${'abcdefghijklmnopqrst'[item % PER_KIND]}x`,
  category: [kindOf(item) < 2 ? 'wear' : 'home', `aisle ${kindOf(item)}`],
  brand: `brand ${item % 3}`,
  price: 10 + (item % 7),
}));
/** Nobody has seen these. */
const isHeldOut = (item: number) => item % PER_KIND >= 16;

const rowsOf = (lists: readonly (readonly number[])[]): SparseRows => {
  const rowStart = new Int32Array(lists.length + 1);
  lists.forEach((list, row) => void (rowStart[row + 1] = (rowStart[row] as number) + list.length));
  const columns = Int32Array.from(lists.flat());
  return { rowStart, columns, weights: new Float32Array(columns.length).fill(1) };
};
const random = createRandom(1, 907);
const pick = (kind: number, style: number): number => {
  for (;;) {
    const item = kind * PER_KIND + 2 * random.below(8) + style;
    if (!isHeldOut(item)) return item;
  }
};
const sessions = rowsOf(
  Array.from({ length: 600 }, () => {
    const [kind, style] = [random.below(kinds.length), random.below(2)];
    return [...new Set(Array.from({ length: 4 }, () => pick(kind, style)))];
  }),
);
const BUCKETS = 512;
const fields = itemFields(catalogue, { buckets: BUCKETS });
const clicks = rowsOf(synonyms.map((_, kind) => [0, 1, 0, 1].map((style) => pick(kind, style))));
const data = {
  itemFields: fields,
  queryFields: queryFields(synonyms, { buckets: BUCKETS }),
  columns: BUCKETS,
  sessions,
  clicks,
};
const options = { width: 8, lambda: 0.3, doubt: Infinity, seed: 1, threads: 1 };
const space = await fitContentSpace(data, options);

const best = (direction: Float32Array, count: number, self = -1): number[] => {
  const scores = new Float32Array(ITEMS);
  addCosines(direction, space, 1, scores);
  return [...scores.keys()]
    .filter((item) => item !== self)
    .sort((a, b) => (scores[b] as number) - (scores[a] as number))
    .slice(0, count);
};
const fresh = [...Array(ITEMS).keys()].filter(isHeldOut);
const rowOf = (item: number) => space.items.subarray(item * space.width, (item + 1) * space.width);
const shareOf = (found: readonly number[], isRight: (item: number) => boolean) =>
  found.filter(isRight).length / found.length;

describe('items that nobody has seen', () => {
  test('lie beside those of their kind and style, which category and popularity can not tell apart', () => {
    for (const item of fresh) {
      const found = best(rowOf(item), 8, item);
      expect(shareOf(found, (other) => kindOf(other) === kindOf(item))).toBe(1);
      expect(shareOf(found, (other) => styleOf(other) === styleOf(item))).toBeGreaterThan(0.85);
    }
  });

  test('lead to what completes their kind, where people were seen to go there', () => {
    const pairs = rowsOf(
      Array.from({ length: ITEMS }, (_, item) =>
        kindOf(item) === 0 && !isHeldOut(item) ? [pick(1, styleOf(item)), pick(1, styleOf(item))] : [],
      ),
    );
    const follow = fitRelation({ itemFields: fields, columns: BUCKETS, pairs, space }, { lambda: 0.3 });
    const directions = follow(fields);
    for (const item of fresh.filter((one) => kindOf(one) === 0)) {
      const found = best(directions.subarray(item * space.width, (item + 1) * space.width), 8);
      expect(shareOf(found, (other) => kindOf(other) === 1)).toBe(1);
      expect(shareOf(found, (other) => styleOf(other) === styleOf(item))).toBeGreaterThan(0.7);
    }
  });
});

describe('searches', () => {
  test('a synonym that no title has finds its kind, misspelt too, the unseen items among them', () => {
    const text = createTextMatch(ITEMS);
    catalogue.forEach((item, at) => {
      text.set(at, item);
    });
    for (const [kind, query] of [
      [0, 'sneaker'],
      [0, 'sneakr'],
      [2, 'lantern'],
      [2, 'lanterrn'],
    ] as const) {
      const found = best(space.place(queryFields([query], { buckets: BUCKETS })), PER_KIND);
      expect(shareOf(found, (item) => kindOf(item) === kind)).toBeGreaterThan(0.8);
      expect(found.some(isHeldOut)).toBe(true);
      expect(text.answer(query, 5).documents).toHaveLength(0);
    }
    const typed = text.answer('ketle forest', PER_KIND).documents;
    expect(shareOf([...typed.slice(0, 10)], (item) => kindOf(item) === 3 && styleOf(item) === 1)).toBe(1);
  });
});

test('content alone: the place of an item does not depend on its own looks, and the same seed gives the same bits', async () => {
  expect((await fitContentSpace(data, options)).items).toEqual(space.items);
  const alone = space.place(fields);
  space.items.forEach((value, at) => expect(value).toBeCloseTo(alone[at] as number, 5));
  const own = await fitContentSpace(data, { ...options, doubt: 0.001 });
  const known = [...Array(ITEMS).keys()].find((item) => !isHeldOut(item)) as number;
  expect(own.place(fields)).toEqual(alone);
  expect(own.items.subarray(known * own.width, (known + 1) * own.width)).not.toEqual(rowOf(known));
  for (const item of fresh)
    expect(own.items.subarray(item * own.width, (item + 1) * own.width)).toEqual(
      alone.subarray(item * own.width, (item + 1) * own.width),
    );
});

test('without a look there is nothing to learn', async () => {
  await expect(fitContentSpace({ ...data, sessions: rowsOf([[]]) }, options)).rejects.toThrow('no session has an item');
});

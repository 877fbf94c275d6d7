import { describe, expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { createUserNeeds, nameDimensions, nameSegments } from './name-needs.ts';
import { bagsOf } from './needs.fixture.ts';
import { segmentUsers } from './segments.ts';
import { strongestColumns } from './strongest-columns.ts';

const USERS = 300;
const ITEMS = 20;
const random = createRandom(9, 908);

/**
 * Runners (user % 3 = 0) take shoes (items 0 to 4) and search for 'trail', bakers (1) take flour (5 to 9) and search for
 * 'yeast', the others anything; everybody has item 19, one user item 18.
 */
const kinds = Array.from({ length: USERS }, (_, user) => user % 3);
const bags = bagsOf(
  kinds.map((kind, user) => {
    const first = kind === 2 ? 10 : kind * 5;
    const items = new Set([19, ...Array.from({ length: 3 }, () => first + random.below(5))]);
    if (user === 0) items.add(18);
    const category = ITEMS + kind;
    const words = kind === 2 ? [] : [ITEMS + 3 + kind];
    return [...items, category, ...words];
  }),
);
const groups = [
  { kind: 'item', start: 0, labels: Array.from({ length: ITEMS }, (_, item) => `item ${item}`) },
  { kind: 'category', start: ITEMS, labels: ['shoes', 'baking', 'other'] },
  { kind: 'word', start: ITEMS + 3, labels: ['trail', 'yeast'] },
];
/** Runners high, bakers low in dimension 0; noise in dimension 1. */
const latents = (() => {
  const values = new Float32Array(USERS * 2);
  random.fillNormal(values);
  kinds.forEach((kind, user) => void (values[user * 2] = 0.2 * (values[user * 2] as number) + [2, -2, 0][kind]!));
  return { values, width: 2 };
})();

describe('names', () => {
  test('a dimension is called by what its two ends have, by kind; noise has no name', () => {
    const [upper, lower, ...noise] = nameDimensions(latents, bags, groups);
    expect(upper?.title).toMatch(/^item [0-4] · shoes · trail$/);
    expect(lower?.title).toMatch(/^item [5-9] · baking · yeast$/);
    expect(upper?.strongest['item']?.map(({ label }) => label).sort()).toEqual(
      [0, 1, 2, 3, 4].map((item) => `item ${item}`),
    );
    expect(noise.map(({ strongest }) => strongest['category'])).toEqual([[], []]);
  });

  test('what everybody has, and what one has, names nothing', () => {
    const all = nameDimensions(latents, bags, groups, { top: 99 });
    const labels = all.flatMap(({ strongest }) => strongest['item']?.map(({ label }) => label));
    expect(labels).not.toContain('item 19');
    expect(labels).not.toContain('item 18');
  });

  test('segments are called alike, and by their number', async () => {
    const segments = await segmentUsers(latents, { count: 3, seed: 1 });
    const named = nameSegments(segments, bags, groups);
    for (const { number, title } of named) {
      const users = kinds.filter((_, user) => segments.segmentOf[user] === number);
      const share = (kind: number) => users.filter((own) => own === kind).length / users.length;
      if (share(0) > 0.9) expect(title).toContain('shoes · trail');
      if (share(1) > 0.9) expect(title).toContain('baking · yeast');
    }
    expect(named.some(({ title }) => title.includes('shoes'))).toBe(true);
  });
});

test('z is that of a draw without return: its square is 1 in the mean over random scores', () => {
  const REPEATS = 400;
  const noise = new Float32Array(USERS * REPEATS);
  random.fillNormal(noise);
  const found = strongestColumns({ values: noise, width: REPEATS }, bags, groups, { top: 99, leastZ: -99 });
  // a column that two of three have, and one that a third has
  for (const [kind, label] of [
    ['category', 'shoes'],
    ['item', 'item 2'],
  ] as const) {
    const zs = found.map(({ upper }) => upper[kind]?.find((one) => one.label === label)?.z as number);
    const square = zs.reduce((sum, z) => sum + z * z, 0) / REPEATS;
    expect(Math.abs(square - 1)).toBeLessThan(0.25);
  }
});

describe('needs of a user', () => {
  test('strongest first, in standard deviations, with their share', () => {
    const needs = createUserNeeds({ values: Float64Array.of(1, 10, 3, 20, 5, 60), width: 2 });
    // means 3 and 30, deviations √(8/3) and √(1400/3)
    const [a, b] = [Math.sqrt(8 / 3), Math.sqrt(1400 / 3)];
    const found = needs.of(Float64Array.of(2, 90), 5);
    expect(found.map(({ need }) => need)).toEqual([2, 1]);
    expect(found[0]?.strength).toBeCloseTo(60 / b, 12);
    expect(found[1]?.strength).toBeCloseTo(1 / a, 12);
    expect((found[0]?.share as number) + (found[1]?.share as number)).toBeCloseTo(1, 12);
    expect(needs.of(Float64Array.of(2, 90), 1)).toHaveLength(1);
    expect(needs.of(Float64Array.of(3, 30), 5)).toEqual([]);
    expect(() => needs.of(Float64Array.of(1), 5)).toThrow('a latent of 1 numbers, not 2');
  });

  test('numbers that are none, and bags of other users, are named', () => {
    expect(() => createUserNeeds({ values: Float64Array.of(1, NaN), width: 2 })).toThrow('row 0 has NaN in column 1');
    expect(() => nameDimensions({ values: new Float32Array(2), width: 2 }, bags, groups)).toThrow(
      'bags of 300 users, scores of 1',
    );
  });
});

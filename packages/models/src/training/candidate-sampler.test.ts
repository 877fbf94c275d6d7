import { expect, test } from 'vitest';
import { createCandidateSampler } from './candidate-sampler.ts';
import { createRandom } from './random.ts';

const ITEMS = 40;
const ROWS = 300;
const BATCH = 6;
const random = createRandom(7, 1);
/** Rows of 1 to 4 items, low numbers far more often. */
const rows = Array.from({ length: ROWS }, () => [
  ...new Set(Array.from({ length: 1 + random.below(4) }, () => Math.floor(ITEMS * random.next() ** 3))),
]);
const support = Array.from({ length: ITEMS }, (_, item) => rows.filter((row) => row.includes(item)).length);
const sampler = createCandidateSampler({ support, rows: ROWS, batch: BATCH, draws: 8, exponent: 0.5 });

const drawBatch = (own: readonly number[]) => {
  const others = Array.from({ length: BATCH - 1 }, () => rows[random.below(ROWS)] as number[]);
  return Int32Array.from(new Set([own, ...others].flat()));
};

test('the sum over candidates is that over all items, for a row with whatever batch', () => {
  const scores = Array.from({ length: ITEMS }, (_, item) => Math.sin(item));
  const own = rows[3] as number[];
  const TIMES = 20_000;
  let mean = 0;
  for (let time = 0; time < TIMES; time += 1) {
    const { items, logChance } = sampler.draw(drawBatch(own), random);
    items.forEach((item, at) => {
      const chance = own.includes(item) ? 0 : (logChance[at] as number);
      mean += Math.exp((scores[item] as number) - chance) / TIMES;
    });
  }
  const known = support.map((count, item) => (count > 0 || own.includes(item) ? (scores[item] as number) : -Infinity));
  const whole = known.reduce((sum, score) => sum + Math.exp(score), 0);
  expect(Math.abs(mean / whole - 1)).toBeLessThan(0.02);
});

test('candidates: positives first, each item once, none without support drawn', () => {
  const positives = Int32Array.of(39, 0, 5);
  for (let time = 0; time < 50; time += 1) {
    const { items, logChance } = sampler.draw(positives, random);
    expect([...items.subarray(0, 3)]).toEqual([39, 0, 5]);
    expect(new Set(items).size).toBe(items.length);
    expect(logChance.length).toBe(items.length);
    for (const item of items.subarray(3)) expect(support[item]).toBeGreaterThan(0);
  }
});

test('an item that every row has, or that alone can be drawn, is in for certain, also in batches of one', () => {
  for (const batch of [1, 4]) {
    const options = { support: [9, 0], rows: 9, batch, draws: 3, exponent: 0.5 };
    const { items, logChance } = createCandidateSampler(options).draw(Int32Array.of(0), random);
    expect([...items]).toEqual([0]);
    expect(logChance[0]).toBeCloseTo(0, 12);
  }
});

test('nothing to draw by, or no draws, is an error', () => {
  const options = { support: [0, 0], rows: 1, batch: 1, draws: 3, exponent: 0.5 };
  expect(() => createCandidateSampler(options)).toThrow('no item has support');
  expect(() => createCandidateSampler({ ...options, support: [1, 0], draws: 0 })).toThrow('at least 1, not 0');
});

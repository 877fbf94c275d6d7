import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explore, exploredText, withPropensity } from './exploration.ts';

const listOf = (size: number) => Int32Array.from({ length: size }, (_, at) => at);

test('the others keep their order, what is drawn was not shown, and stands where it is told', () => {
  fc.assert(
    fc.property(
      fc.record({
        size: fc.integer({ min: 0, max: 20 }),
        more: fc.nat(10),
        slots: fc.nat(5),
        every: fc.integer({ min: 1, max: 8 }),
        seed: fc.string(),
      }),
      ({ size, more, slots, every, seed }) => {
        const order = listOf(size);
        const propensities = explore(order, size, size + more, seed, { slots, every });
        expect(new Set(order).size).toBe(size);
        const kept = [...order].filter((_, place) => propensities[place] === 0);
        expect(kept).toEqual([...listOf(kept.length)]);
        const drawn = [...order.keys()].filter((place) => (propensities[place] as number) > 0);
        expect(drawn).toHaveLength(Math.min(slots, more, Math.floor(size / every)));
        drawn.forEach((place, n) => {
          expect(place).toBe((n + 1) * every - 1);
          expect(order[place]).toBeGreaterThanOrEqual(size);
          expect(propensities[place]).toBeCloseTo(1 / (more - n), 12);
        });
        const again = listOf(size);
        expect(explore(again, size, size + more, seed, { slots, every })).toEqual(propensities);
        expect(again).toEqual(order);
      },
    ),
  );
});

test('an item is drawn as often as its propensity says', () => {
  const counts = new Map<number, number>();
  const lists = 6000;
  for (let n = 0; n < lists; n += 1) {
    const order = listOf(3);
    const propensities = explore(order, 3, 8, `subject-${n}`, { slots: 1, every: 3 });
    expect(propensities[2]).toBe(0.2);
    counts.set(order[2] as number, (counts.get(order[2] as number) ?? 0) + 1);
  }
  // 5 items, 1,200 times each but for chance: 4 deviations of 31
  expect(new Set(counts.keys())).toEqual(new Set([3, 4, 5, 6, 7]));
  for (const count of counts.values()) expect(Math.abs(count - lists / 5)).toBeLessThan(125);
});

test('a list tells the places that were drawn for, from 1 on, with the chances as they are', () => {
  const viewed = { kind: 'viewed', subject: 'x', weight: 0.5 };
  const items = [0, 1 / 3, 0, 1e-7].map((propensity) => ({ reasons: withPropensity([viewed], propensity) }));
  const text = exploredText(items);
  expect(text.split(',').map((place) => place.split(':').map(Number))).toEqual([
    [2, 1 / 3],
    [4, 1e-7],
  ]);
  expect(exploredText([{ reasons: [viewed] }, { reasons: [] }])).toBe('');
});

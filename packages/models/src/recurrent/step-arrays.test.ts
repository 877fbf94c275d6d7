import { expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { NO_ITEM } from './events.ts';
import { sequencesOf } from './patterns.fixture.ts';
import { createRecentItems } from './recent-items.ts';
import { createRowArrays, fillMask, fillRecent, fillTargets } from './step-arrays.ts';

test('a mask drops the share that it says and keeps the mean, wherever in it, and by its stream alone', () => {
  for (const rate of [0.2, 0.45]) {
    const mask = new Float32Array(40_003);
    fillMask(mask, rate, createRandom(1, 905));
    for (let phase = 0; phase < 4; phase += 1) {
      const part = mask.filter((_, at) => at % 4 === phase);
      expect(Math.abs(part.filter((value) => value === 0).length / part.length - rate)).toBeLessThan(0.015);
      expect(part.reduce((sum, value) => sum + value, 0) / part.length).toBeCloseTo(1, 1);
    }
    const again = mask.slice().fill(7);
    fillMask(again, rate, createRandom(1, 905));
    expect(again).toEqual(mask);
  }
});

test('targets: weights sum to 1, a place by row and candidate, the chance of the own target; none where there is none', () => {
  const shape = { items: 5, features: 0, types: 0, gaps: 0, hours: 0, width: 2, blocks: 1, scale: 0, lags: 0 };
  const rows = createRowArrays({
    shape: { ...shape, recurrence: 'linear' },
    lanes: 4,
    times: 1,
    sampled: true,
    blockDropout: false,
    smoothing: 0,
  });
  const { items } = sequencesOf([[4, 2, NO_ITEM]]);
  const targets = { items, weights: Float32Array.of(1, 3, 5) };
  const candidates = { items: Int32Array.of(2, 4), width: 8, logChance: Float32Array.of(-1, -2) };
  const count = fillTargets(rows, targets, Int32Array.of(1, 2, -1, 0), candidates, (item) => (item === 2 ? 0 : 1));
  expect(count).toBe(2);
  expect([...rows.targetWeights]).toEqual([0.75, 0, 0, 0.25]);
  expect([...rows.places]).toEqual([0, 8, 16, 25]);
  expect([...rows.own]).toEqual([-1, 0, 0, -2]);
});

test("last items: newest first, masked where there are fewer; a chance is taken back once, the target's by the target", () => {
  const shape = { items: 5, features: 0, types: 0, gaps: 0, hours: 0, width: 2, blocks: 1, scale: 0, lags: 3 };
  const rows = createRowArrays({
    shape: { ...shape, recurrence: 'linear' },
    lanes: 2,
    times: 1,
    sampled: true,
    blockDropout: false,
    smoothing: 0,
  });
  const events = sequencesOf([[1], [4, 2, NO_ITEM, 4]]);
  const recent = createRecentItems(events, 3);
  const targets = { items: Int32Array.of(4, NO_ITEM, NO_ITEM, NO_ITEM, 2), weights: Float32Array.of(1, 0, 0, 0, 1) };
  const candidates = { items: Int32Array.of(2, 4, 1), width: 8, logChance: Float32Array.of(-1, -2, -3) };
  const placeOf = (item: number) => candidates.items.indexOf(item);
  const chosen = Int32Array.of(4, 0);
  fillTargets(rows, targets, chosen, candidates, placeOf);
  fillRecent(rows, recent.of(chosen), candidates, placeOf);
  expect([...rows.recentPlaces]).toEqual([1, 0, 1, 10, 8, 8]);
  expect([...rows.recentMask]).toEqual([1, 1, 1, 1, 0, 0]);
  expect([...rows.recentOwn]).toEqual([-2, 0, 0, -3, 0, 0]);
  expect([...recent.of(chosen)]).toEqual([4, 2, 4, 1, NO_ITEM, NO_ITEM]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { laneLength, layLanes } from './lanes.ts';

const lengths = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 20 });

test('every position once, in order, the state new at a stretch and at a cut and nowhere else', () => {
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 }), (given, lanes, times) => {
      const ends = Int32Array.from(given);
      for (let at = 1; at < ends.length; at += 1) ends[at] = (ends[at] as number) + (ends[at - 1] as number);
      const starts = ends.map((end, at) => end - (given[at] as number));
      const total = ends.at(-1) as number;
      const length = laneLength(total, lanes, times);
      expect(length % times).toBe(0);
      const order = Int32Array.from(given, (_, at) => given.length - 1 - at);
      const { positions, keep } = layLanes({ starts, ends }, order, lanes, length);
      const laid = [...positions].filter((position) => position >= 0);
      expect(laid.sort((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, at) => at));
      let fresh = 0;
      positions.forEach((position, place) => {
        if (position < 0) return;
        if (keep[place] === 1) expect(positions[place - lanes]).toBe(position - 1);
        else fresh += 1;
        if (starts.includes(position) && ends[starts.lastIndexOf(position)] !== position) expect(keep[place]).toBe(0);
      });
      expect(fresh).toBeLessThanOrEqual(given.filter((size) => size > 0).length + lanes);
    }),
  );
});

test('oldest first: what comes earlier in the order is laid no later', () => {
  const starts = Int32Array.from({ length: 12 }, (_, at) => at * 2);
  const ends = starts.map((start) => start + 2);
  const order = Int32Array.from(starts, (_, at) => at);
  const { positions } = layLanes({ starts, ends }, order, 3, 8);
  expect([...positions.subarray(0, 6)]).toEqual([0, 2, 4, 1, 3, 5]);
});

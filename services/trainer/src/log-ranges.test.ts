import { expect, test } from 'vitest';
import { behind, furthest, joinRanges, nextPositions, positionsIn, rangesOf } from './log-ranges.ts';

const slice = (partition: number, from: number, to: number) => ({ partition, from, to });

test('a warm start goes on where its parent ended, partition by partition, and so does what comes after it', () => {
  const parent = rangesOf('t', [slice(0, 5, 100), slice(1, 0, 50), slice(2, 0, 0)]);
  expect(parent).toHaveLength(2);
  expect([...nextPositions(parent, 't')]).toEqual([
    [0, 100],
    [1, 50],
  ]);
  const child = joinRanges(parent, rangesOf('t', [slice(0, 100, 130), slice(2, 0, 7)]));
  expect(child).toEqual(rangesOf('t', [slice(0, 5, 130), slice(1, 0, 50), slice(2, 0, 7)]));
  expect([...nextPositions(child, 't')]).toEqual([
    [0, 130],
    [1, 50],
    [2, 7],
  ]);
});

test('a topic that was made anew begins at 0', () => {
  const parent = rangesOf('old', [slice(0, 0, 100)]);
  expect(nextPositions(parent, 'new').size).toBe(0);
  expect(nextPositions(joinRanges(parent, rangesOf('new', [slice(0, 0, 3)])), 'new').get(0)).toBe(3);
});

test('what lies behind the furthest of some positions is what none of them has, of partitions that end before them nothing', () => {
  const known = furthest([
    new Map([
      [0, 70],
      [1, 5],
    ]),
    new Map([
      [0, 30],
      [1, 40],
      [2, 99],
    ]),
  ]);
  const slices = [slice(0, 50, 100), slice(1, 50, 100), slice(2, 50, 90), slice(3, 50, 60)];
  expect(behind(slices, known)).toEqual([slice(0, 70, 100), slice(1, 50, 100), slice(2, 90, 90), slice(3, 50, 60)]);
  expect(positionsIn(behind(slices, known))).toBe(30 + 50 + 0 + 10);
});

import { expect, test } from 'vitest';
import { joinRanges, nextPositions, rangesOf } from './log-ranges.ts';

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

import { expect, test } from 'vitest';
import { mergeProgress, type PartitionProgress, positionsOf, shopWatermark } from './watermarks.ts';

const topicId = '00000000-0000-0000-0000-000000000001';
const row = (over: Partial<PartitionProgress>): PartitionProgress => ({
  ...{ source: 'live', topicId, partition: 0, maxEventTime: 1_000_000, lastReceivedAt: 2_000_000, lastOffset: 9 },
  ...over,
});

test('the shop is as far as the slowest partition of its most advanced source', () => {
  const progress = [row({}), row({ partition: 1, maxEventTime: 999_000 }), row({ source: 'import', maxEventTime: 5 })];
  expect(shopWatermark(progress, { now: 2_000_000, idleAfterMs: 10_000 })).toBe(999_000);
});

test('an idle partition advances with the clock, one whose rows wait does not', () => {
  const options = { now: 2_070_000, idleAfterMs: 10_000 };
  expect(shopWatermark([row({})], options)).toBe(1_060_000);
  expect(shopWatermark([row({})], { ...options, behind: new Set([`${topicId}:0`]) })).toBe(1_000_000);
});

test('a partition that is idle holds its source back no longer; one whose rows wait does, however long', () => {
  const quiet = row({ partition: 1, maxEventTime: 400_000, lastReceivedAt: 1_000_000 });
  const options = { now: 2_000_000, idleAfterMs: 10_000 };
  expect(shopWatermark([row({}), { ...quiet, lastReceivedAt: 1_995_000 }], options)).toBe(400_000);
  expect(shopWatermark([row({}), quiet], options)).toBe(1_000_000);
  expect(shopWatermark([row({}), quiet], { ...options, behind: new Set([`${topicId}:1`]) })).toBe(400_000);
});

test('where all partitions are idle the furthest of them is the shop, and the clock moves it', () => {
  const rows = [row({}), row({ partition: 1, maxEventTime: 400_000, lastReceivedAt: 1_900_000 })];
  const at = (now: number) => shopWatermark(rows, { now, idleAfterMs: 10_000 });
  expect([at(2_010_000 + 1), at(2_070_000)]).toEqual([1_000_001, 1_060_000]);
});

test('before the first kept row there is no watermark', () => {
  expect(shopWatermark([row({ maxEventTime: Number.NEGATIVE_INFINITY })], { now: 1, idleAfterMs: 1 })).toBeNull();
});

test('progress merges to the larger of both, and positions ignore the source', () => {
  const merged = mergeProgress(
    [row({ maxEventTime: 7 })],
    [row({ maxEventTime: 3, lastOffset: 12 }), row({ source: 'x', lastOffset: 20 })],
  );
  expect(merged[0]).toMatchObject({ maxEventTime: 7, lastOffset: 12 });
  expect(positionsOf(merged)).toEqual({ [`${topicId}:0`]: 20 });
});

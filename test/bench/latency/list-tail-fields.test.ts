import { recommendationListCodec, wireEncode } from '@nextcart/contracts';
import { expect, test } from 'vitest';
import { readListStamps, TAIL_BYTES } from './list-tail-fields.ts';

const list = (triggerOffset: number, partition: number, next: number) => ({
  subject: 'u1',
  recommId: 'r',
  items: [],
  release: 'untrained',
  snapshots: { trending: 'ab' },
  catalogPosition: '3',
  partition,
  triggerOffset,
  eventTime: 1_790_000_000_001,
  appendedAt: 1_790_000_000_002,
  receivedAt: 1_790_000_000_003,
  stateAt: 1_790_000_000_004,
  scoredAt: 1_790_000_000_130,
  publishedAt: 1_790_000_000_006,
  expiresAt: 1_790_000_000_007,
  nextPurchases: Array.from({ length: next }, (_, at) => ({ itemId: `item ${at}`, probability: 0.3 / (at + 1) })),
});

test.each([-1, 0, 63, 64, 8_191, 123_456_789_012])(
  'the stamps of a list are read from its end (trigger %i)',
  (offset) => {
    for (const [partition, next] of [
      [0, 0],
      [3, 1],
      [200, 5],
      [0, 20],
    ] as const) {
      const value = wireEncode(1, recommendationListCodec().encode(list(offset, partition, next)));
      expect(readListStamps(value.subarray(-TAIL_BYTES))).toEqual({
        triggerOffset: offset,
        appendedAt: 1_790_000_000_002,
        receivedAt: 1_790_000_000_003,
        stateAt: 1_790_000_000_004,
        scoredAt: 1_790_000_000_130,
        publishedAt: 1_790_000_000_006,
      });
    }
  },
);

import type { PublishedList } from '@nextcart/clickhouse';
import { type RecommendationList, recommendationListCodec } from '@nextcart/contracts';
import { inOrder, recommIdOf } from '@nextcart/ranking';
import type { LoggedList } from './list-log.ts';
import type { Recomputed } from './recompute-lists.ts';

/** Two lists that should be the same. */
export interface ListDifference {
  /** Of the published list's record. */
  readonly partition: number;
  readonly offset: number;
  readonly subject: string;
  readonly triggerOffset: number;
  readonly release: string;
  /** The first field that differs, such as `items[3].score`, and what it holds on both sides. */
  readonly field: string;
  readonly published: unknown;
  readonly recomputed: unknown;
  readonly publishedIds: readonly string[];
  readonly recomputedIds: readonly string[];
}

/** When a list was made, which nobody can make again. */
const NO_STAMPS = { appendedAt: 0, receivedAt: 0, stateAt: 0, scoredAt: 0, publishedAt: 0, expiresAt: 0 };

/** What a list that was made again says as a whole. */
export const wholeOf = ({ published, items, eventTime }: Recomputed): RecommendationList => {
  const { subject, release, catalogPosition, eventsPartition: partition, triggerOffset } = published;
  const origin = {
    subject,
    release,
    snapshots: inOrder(published.snapshots),
    catalogPosition,
    partition,
    triggerOffset,
  };
  return { ...origin, recommId: recommIdOf(origin), items: [...items], eventTime, ...NO_STAMPS };
};

type Field = readonly [path: string, published: unknown, recomputed: unknown];

/** In the order of the fields; null where there is none. */
export const firstDifference = (published: unknown, recomputed: unknown, path = ''): Field | null => {
  if (Object.is(published, recomputed)) return null;
  if (typeof published !== 'object' || typeof recomputed !== 'object' || published === null || recomputed === null)
    return [path, published, recomputed];
  const keys = new Set([...Object.keys(published), ...Object.keys(recomputed)]);
  for (const key of keys) {
    const deeper = Array.isArray(published) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    const found = firstDifference(
      (published as Record<string, unknown>)[key],
      (recomputed as Record<string, unknown>)[key],
      deeper,
    );
    if (found !== null) return found;
  }
  return null; // what was decoded has other prototypes
};

/** What the store keeps of a list, in both. */
const rowOf = ({ subject, recommId, eventTime, items }: RecommendationList) => ({
  ...{ subject, recommId, eventTime },
  items: items.map(({ itemId, score, source }) => ({ itemId, score, source })),
});
const storedRow = ({ subject, recommId, eventTime, itemIds, scores, sources }: PublishedList) => ({
  ...{ subject, recommId, eventTime },
  items: itemIds.map((itemId, at) => ({ itemId, score: scores[at], source: sources[at] })),
});

const codec = recommendationListCodec();
/** The six stamps are the last fields of a list, and 0 takes a byte. */
const STAMP_BYTES = Object.keys(NO_STAMPS).length;

/** Whether the record holds these bytes but for the stamps; else as it reads, in this version's schema, without them. */
const recordOf = ({ bytes, decode }: LoggedList, expected: Buffer): RecommendationList | null => {
  const plain = expected.subarray(0, expected.length - STAMP_BYTES);
  if (plain.equals(bytes.subarray(0, plain.length))) return null;
  const list = decode();
  const bare = { ...list, snapshots: inOrder(list.snapshots), ...NO_STAMPS };
  return codec.encode(bare).equals(expected) ? null : bare;
};

/**
 * The list against its record, byte for byte, where the log still holds that, and against its row. Null where both are the
 * same.
 */
export const compareList = (result: Recomputed, record: LoggedList | undefined): ListDifference | null => {
  const { published } = result;
  const whole = wholeOf(result);
  const other = record === undefined ? null : recordOf(record, codec.encode(whole));
  const field = (other && firstDifference(other, whole)) ?? firstDifference(storedRow(published), rowOf(whole));
  if (field === null) return null;
  const { partition, offset, subject, triggerOffset, release, itemIds } = published;
  return {
    ...{ partition, offset, subject, triggerOffset, release },
    ...{ field: field[0], published: field[1], recomputed: field[2] },
    publishedIds: other?.items.map(({ itemId }) => itemId) ?? itemIds,
    recomputedIds: whole.items.map(({ itemId }) => itemId),
  };
};

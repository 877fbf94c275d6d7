import type { PublishedList } from '@nextcart/clickhouse';
import { EXPLORED_KEY, type RecommendationList, recommendationListCodec, TEAMS_KEY } from '@nextcart/contracts';
import { inOrder, recommIdOf, withDraws, withoutDraws } from '@nextcart/ranking';
import type { LoggedList } from './list-log.ts';
import { originOf } from './list-origin.ts';
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
export const wholeOf = ({ published, items, nextPurchases, teams, eventTime }: Recomputed): RecommendationList => {
  const origin = originOf(published);
  const snapshots = withDraws(withoutDraws(origin.snapshots), { items, teams });
  // no items are no list: what may be bought next is beside one
  const next = items.length > 0 ? [...nextPurchases] : [];
  const recommId = recommIdOf(origin);
  return { ...origin, snapshots, recommId, items: [...items], eventTime, ...NO_STAMPS, nextPurchases: next };
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

const drawsOf = ({ [TEAMS_KEY]: teams, [EXPLORED_KEY]: explored }: RecommendationList['snapshots']) => ({
  [TEAMS_KEY]: teams,
  [EXPLORED_KEY]: explored,
});
/** What the store keeps of a list, in both. */
const rowOf = ({ subject, recommId, eventTime, items, nextPurchases, snapshots }: RecommendationList) => ({
  ...{ subject, recommId, eventTime, ...drawsOf(snapshots) },
  items: items.map(({ itemId, score, source }) => ({ itemId, score, source })),
  nextPurchases,
});
const storedRow = ({ itemIds, scores, sources, nextItemIds, probabilities, ...list }: PublishedList) => ({
  ...{ subject: list.subject, recommId: list.recommId, eventTime: list.eventTime },
  ...drawsOf(list.snapshots),
  items: itemIds.map((itemId, at) => ({ itemId, score: scores[at], source: sources[at] })),
  nextPurchases: nextItemIds.map((itemId, at) => ({ itemId, probability: probabilities[at] })),
});

const codec = recommendationListCodec();
/** The six stamps follow each other; behind them is what may be bought next. */
const STAMPS = Object.keys(NO_STAMPS).length;
const EMPTY: RecommendationList = {
  ...{ subject: '', recommId: '', items: [], release: '', snapshots: {}, catalogPosition: '', partition: 0 },
  ...{ triggerOffset: 0, eventTime: 0, ...NO_STAMPS, nextPurchases: [] },
};
/** Bytes of `EMPTY` but for the one of its last field. */
const EMPTY_BYTES = codec.encode(EMPTY).length - 1;
const nextBytes = ({ nextPurchases }: RecommendationList): number =>
  codec.encode({ ...EMPTY, nextPurchases }).length - EMPTY_BYTES;
/** Where so many longs end. */
const afterLongs = (bytes: Uint8Array, from: number, longs: number): number => {
  let at = from;
  for (let seen = 0; seen < longs && at < bytes.length; at += 1) if ((bytes[at] as number) < 0x80) seen += 1;
  return at;
};

/** Whether the record holds these bytes but for the stamps; else as it reads, in this version's schema, without them. */
const recordOf = ({ bytes, decode }: LoggedList, whole: RecommendationList): RecommendationList | null => {
  const expected = codec.encode(whole);
  const next = expected.length - nextBytes(whole);
  const front = next - STAMPS; // 0 takes a byte
  const isSame =
    expected.subarray(0, front).equals(bytes.subarray(0, front)) &&
    expected.subarray(next).equals(bytes.subarray(afterLongs(bytes, front, STAMPS)));
  if (isSame) return null;
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
  const other = record === undefined ? null : recordOf(record, whole);
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

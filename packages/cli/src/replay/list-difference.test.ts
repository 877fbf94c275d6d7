import { readFileSync } from 'node:fs';
import type { PublishedList } from '@nextcart/clickhouse';
import {
  createCodec,
  type RecommendationList,
  type RecommendedItem,
  recommendationListCodec,
  schemaText,
} from '@nextcart/contracts';
import { expect, test } from 'vitest';
import { compareList, wholeOf } from './list-difference.ts';
import type { Recomputed } from './recompute-lists.ts';

const item = (itemId: string, over: Partial<RecommendedItem> = {}): RecommendedItem => ({
  ...{ itemId, score: 0.123456, source: 'covisit', title: `T ${itemId}`, category: 'A', price: 12_300n },
  ...{ currency: 'EUR', reasons: [{ kind: 'view', subject: 'i9', weight: 0.5 }] },
  ...over,
});
const items = [item('i1'), item('i2', { price: null, currency: null })];
const nextPurchases = [
  { itemId: 'i3', probability: 0.25 },
  { itemId: 'i1', probability: 0.125 },
];
const named: PublishedList = {
  ...{ partition: 1, offset: 40, subject: 'anna', recommId: '', release: 'one', catalogPosition: '7' },
  // the store hands kinds out in an order of its own
  ...{
    snapshots: { trending: 'b', covisits: 'a' },
    eventsPartition: 1,
    triggerOffset: 12,
    eventTime: 5,
    publishedAt: 9,
  },
  ...{ itemIds: items.map(({ itemId }) => itemId), scores: items.map(({ score }) => score) },
  sources: items.map(({ source }) => source),
  nextItemIds: nextPurchases.map(({ itemId }) => itemId),
  probabilities: nextPurchases.map(({ probability }) => probability),
};
const result: Recomputed = { published: named, skipped: null, items, nextPurchases, teams: null, eventTime: 5 };
const published = { ...named, recommId: wholeOf(result).recommId };
const same = { ...result, published };
const record = {
  ...wholeOf(same),
  ...{ appendedAt: 1, receivedAt: 2, stateAt: 3, scoredAt: 4, publishedAt: 9, expiresAt: 99 },
};

const logged = (list: RecommendationList) => ({
  bytes: recommendationListCodec().encode(list),
  decode: () => recommendationListCodec().decode(recommendationListCodec().encode(list)),
});

test('stamps and the order of kinds make no difference', () => {
  expect(compareList(same, logged(record))).toBeNull();
  expect(compareList(same, logged({ ...record, snapshots: { trending: 'b', covisits: 'a' } }))).toBeNull();
  expect(compareList(same, undefined)).toBeNull();
});

test.each<[string, Partial<RecommendationList>]>([
  ['recommId', { recommId: 'x' }],
  ['eventTime', { eventTime: 6 }],
  [
    'items[1].score',
    { items: [items[0] as RecommendedItem, item('i2', { score: 0.123457, price: null, currency: null })] },
  ],
  [
    'items[0].reasons[0].weight',
    { items: [item('i1', { reasons: [{ kind: 'view', subject: 'i9', weight: 0.25 }] }), ...items.slice(1)] },
  ],
  ['items[1]', { items: items.slice(0, 1) }],
  ['nextPurchases[1]', { nextPurchases: nextPurchases.slice(0, 1) }],
  ['nextPurchases[0]', { nextPurchases: [] }],
  [
    'nextPurchases[1].probability',
    { nextPurchases: [...nextPurchases.slice(0, 1), { itemId: 'i1', probability: 0.1 }] },
  ],
])('%s that is another on the log is told', (field, over) => {
  expect(compareList(same, logged({ ...record, ...over }))).toMatchObject({ field, subject: 'anna', offset: 40 });
});

test('where the log has forgotten the list, its row is compared', () => {
  expect(compareList({ ...same, published: { ...published, scores: [0.123456, 0.5] } }, undefined)).toMatchObject({
    field: 'items[1].score',
    published: 0.5,
    recomputed: 0.123456,
  });
  expect(compareList({ ...same, items: [] }, undefined)).toMatchObject({ recomputedIds: [] });
  expect(compareList({ ...same, nextPurchases: [] }, undefined)).toMatchObject({ field: 'nextPurchases[0]' });
});

test('a list that was drafted out of two is told where another drafted a place, on the log and in its row', () => {
  const drafted = { ...named, release: 'one+two', snapshots: { ...named.snapshots, teams: 'ab' } };
  const { recommId } = wholeOf({ ...result, published: drafted });
  const both: Recomputed = { ...result, published: { ...drafted, recommId }, teams: 'ab' };
  const own = { ...record, ...wholeOf(both) };
  expect(own.snapshots).toEqual({ covisits: 'a', teams: 'ab', trending: 'b' });
  expect(compareList(both, logged(own))).toBeNull();
  expect(compareList(both, undefined)).toBeNull();
  const turned = { ...own, snapshots: { ...own.snapshots, teams: 'ba' } };
  expect(compareList(both, logged(turned))).toMatchObject({ field: 'snapshots.teams', published: 'ba' });
  const row = { ...both, published: { ...both.published, snapshots: turned.snapshots } };
  expect(compareList(row, undefined)).toMatchObject({ field: 'teams', published: 'ba', recomputed: 'ab' });
  expect(compareList({ ...both, teams: null }, undefined)).toMatchObject({ field: 'teams', recomputed: undefined });
});

test('a list with explored places is told where another chance, or none, is said of them, on the log and in its row', () => {
  const [first, ...rest] = items as [RecommendedItem, ...RecommendedItem[]];
  const drawn = [{ ...first, reasons: [...first.reasons, { kind: 'explored', subject: '', weight: 0.125 }] }, ...rest];
  const telling = (explored: string) => ({ ...named.snapshots, explored });
  const own: Recomputed = { ...same, items: drawn, published: { ...published, snapshots: telling('1:0.125') } };
  const whole = { ...record, ...wholeOf(own) };
  expect(whole).toMatchObject({ recommId: record.recommId, snapshots: telling('1:0.125') });
  expect(compareList(own, logged(whole))).toBeNull();
  expect(compareList(own, undefined)).toBeNull();
  const other = { ...whole, snapshots: telling('1:0.25') };
  expect(compareList(own, logged(other))).toMatchObject({ field: 'snapshots.explored', published: '1:0.25' });
  expect(compareList({ ...own, published: { ...published, snapshots: telling('1:0.25') } }, undefined)).toMatchObject({
    ...{ field: 'explored', published: '1:0.25', recomputed: '1:0.125' },
  });
  expect(compareList({ ...own, published }, undefined)).toMatchObject({ field: 'explored', published: undefined });
});

test('a list of the first version has no next purchases, and differs where there should be some', () => {
  const first = readFileSync(
    new URL('../../../../schemas/released/recommendation-list.v1.avsc', import.meta.url),
    'utf8',
  );
  const { nextPurchases: _, ...fields } = record;
  const bytes = createCodec<Omit<RecommendationList, 'nextPurchases'>>(first).encode(fields);
  const old = {
    bytes,
    decode: () => createCodec<RecommendationList>(schemaText('recommendation-list'), first).decode(bytes),
  };
  expect(compareList(same, old)).toMatchObject({ field: 'nextPurchases[0]', published: undefined });
  const none = { ...same, nextPurchases: [], published: { ...published, nextItemIds: [], probabilities: [] } };
  expect(compareList(none, old)).toBeNull();
});

/**
 * A handful of lists and what was done with them in the half hour before `now`: small enough to work out every figure by
 * hand. A topic of its own, and lists that no event triggered: ledger and latency are not touched.
 */
import type { Store } from '@nextcart/clickhouse';
import { insertTestEvents, type TestEvent } from '@nextcart/clickhouse/testing';

const TOPIC = '9c1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e02';
const MINUTE = 60_000;

const lists = [
  {
    recommId: 'list-a',
    subject: 'anna',
    release: 'spring',
    items: [
      ['cup', 'recurrent'],
      ['pot', 'trending'],
    ],
  },
  {
    recommId: 'list-b',
    subject: 'ben',
    release: 'untrained',
    items: [
      ['pot', 'covisit'],
      ['jug', 'trending'],
    ],
  },
  { recommId: 'list-s', subject: '*', release: 'spring', items: [['jug', 'trending']] },
] as const;

/**
 * spring: 3 shown, 1 clicked, 1 bought (30 less 4.5 that came back).
 * untrained: 2 shown, 2 clicked, 2 bought (10.25 and 0.5), one of them without naming the list.
 */
const deeds: readonly (Pick<TestEvent, 'type' | 'subject' | 'item'> & {
  minute: number;
  list?: string;
  base?: string;
})[] = [
  { minute: -30, type: 'impression', subject: 'anna', item: 'cup', list: 'list-a' },
  { minute: -30, type: 'impression', subject: 'anna', item: 'pot', list: 'list-a' },
  { minute: -29, type: 'impression', subject: 'anna', item: 'pot', list: 'list-a' },
  { minute: -28, type: 'impression', subject: 'cleo', item: 'jug', list: 'list-s' },
  { minute: -27, type: 'click', subject: 'anna', item: 'cup', list: 'list-a' },
  { minute: -26, type: 'cart', subject: 'anna', item: 'cup', list: 'list-a', base: '30.0000' },
  { minute: -25, type: 'purchase', subject: 'anna', item: 'cup', list: 'list-a', base: '30.0000' },
  { minute: -24, type: 'return', subject: 'anna', item: 'cup', base: '4.5000' },
  { minute: -20, type: 'impression', subject: 'ben', item: 'pot', list: 'list-b' },
  { minute: -20, type: 'impression', subject: 'ben', item: 'jug', list: 'list-b' },
  { minute: -19, type: 'click', subject: 'ben', item: 'pot', list: 'list-b' },
  { minute: -19, type: 'view', subject: 'ben', item: 'pot', list: 'list-b' },
  { minute: -18, type: 'view', subject: 'ben', item: 'jug', list: 'list-b' },
  { minute: -17, type: 'purchase', subject: 'ben', item: 'pot', list: 'list-b', base: '10.2500' },
  { minute: -16, type: 'purchase', subject: 'ben', item: 'jug', base: '0.5000' },
  { minute: -15, type: 'click', subject: 'cleo', item: 'cup', list: 'list-a' },
  { minute: -15, type: 'click', subject: 'cleo', item: 'cup', list: 'list-gone' },
];

/** `now`: epoch ms, a whole minute. */
export const insertRecommendations = async (store: Store, now: number): Promise<void> => {
  await store.insertRows(
    'lists',
    lists.map(({ recommId, subject, release, items }, offset) => ({
      ...{ topic_id: TOPIC, partition: 0, offset, outcome: 'accepted', deleted: false, subject, release },
      ...{ recomm_id: recommId, trigger_offset: -1, written_at: ((now - 40 * MINUTE) / 1000).toFixed(3) },
      items: items.map(([item_id, source]) => ({ item_id, source, score: 1 })),
    })),
    { token: 'recommendations' },
  );
  const events = deeds.map(
    ({ minute, list = null, base = null, ...rest }, offset): TestEvent => ({
      ...{ ...rest, topicId: TOPIC, partition: 0, offset, time: now + minute * MINUTE, recommId: list },
      ...(base === null ? {} : { baseAmount: base, amount: base, currency: 'EUR' }),
    }),
  );
  await insertTestEvents(store, events, 'recommendations');
};

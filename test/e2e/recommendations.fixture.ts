/**
 * A handful of lists and what was done with them in the half hour before `now`: small enough to work out every figure by
 * hand. A topic of its own, and lists that no event triggered: ledger and latency are not touched.
 */
import type { Store } from '@nextcart/clickhouse';
import { insertTestEvents, type TestEvent } from '@nextcart/clickhouse/testing';
import { EXPLORED_KEY, flags, TEAMS_KEY } from '@nextcart/contracts';

const TOPIC = '9c1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e02';
const MINUTE = 60_000;

const lists = [
  {
    recommId: 'list-a',
    subject: 'anna',
    release: 'spring',
    snapshots: { [EXPLORED_KEY]: '1:0.5,2:0.1' },
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
    lists.map(({ recommId, items, ...list }, offset) => ({
      ...{ topic_id: TOPIC, partition: 0, offset, outcome: 'accepted', deleted: false, ...list },
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

const EXPERIMENT = '9c1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e06';
/** Shoppers of the experiment; each buys the rest of its number by four, for 10 apiece. */
export const shoppers = Array.from({ length: 40 }, (_, n) => `shopper ${n}`);

/**
 * Half an hour before `now`: two pairs of interleaved releases, and shoppers of whom some may be held out.
 * new+old: shoppers 0 to 11 prefer old, 12 new, 13 to 17 neither; 18 clicks what nobody drafted. one+two: shopper 19 prefers one.
 */
export const insertExperiment = async (store: Store, now: number): Promise<void> => {
  const drafted = (recomm_id: string, subject: string, release: string) => ({
    ...{ topic_id: EXPERIMENT, partition: 0, outcome: 'accepted', deleted: false, subject, release, recomm_id },
    ...{ trigger_offset: -1, written_at: ((now - 40 * MINUTE) / 1000).toFixed(3) },
    snapshots: { [TEAMS_KEY]: '=abba' },
    items: ['both', 'a1', 'b1', 'b2', 'a2'].map((item_id) => ({ item_id, source: 'trending', score: 1 })),
  });
  const rows = shoppers
    .slice(0, 20)
    .map((subject, n) => drafted(`draft ${n}`, subject, n < 19 ? 'new+old' : 'one+two'));
  const alone = { ...drafted('alone', 'shopper 0', 'new'), snapshots: {} };
  // a record that is in twice is one list
  const all = [...rows, alone, rows[0]].map((row, offset) => ({ ...row, offset }));
  await store.insertRows('lists', all, { token: 'experiment' });

  const clicked = (n: number): readonly string[] => {
    if (n < 12) return n % 2 === 0 ? ['b1', 'b1', 'both'] : ['b1', 'b2', 'a1'];
    if (n === 12) return ['a1'];
    return n < 18 ? ['a1', 'b2'] : n === 18 ? ['both'] : ['a2'];
  };
  const clicks = rows.flatMap(({ recomm_id: recommId, subject }, n) =>
    clicked(n).map((item) => ({ type: 'click' as const, subject, item, recommId })),
  );
  const purchase = (subject: string, more: Partial<TestEvent> = {}) => ({
    ...{ type: 'purchase' as const, subject, item: 'thing', amount: '10', baseAmount: '10.0000', currency: 'EUR' },
    ...more,
  });
  const deeds = [
    ...clicks,
    // another subject's list counts for nobody, and neither does one of a release alone
    { type: 'click' as const, subject: 'shopper 30', item: 'a1', recommId: 'draft 19' },
    { type: 'click' as const, subject: 'shopper 0', item: 'a1', recommId: 'alone' },
    ...shoppers.flatMap((subject, n) => [
      { type: 'view' as const, subject, item: 'thing' },
      ...Array.from({ length: n % 4 }, () => purchase(subject)),
    ]),
    { ...purchase('shopper 3'), type: 'return' as const, baseAmount: '4.5000' },
    purchase('shopper 5', { baseAmount: null }),
    purchase('robot', { flags: flags.robot }),
    purchase('shopper 6', { outcome: 'duplicate' }),
  ];
  const events = deeds.map(
    (deed, offset): TestEvent => ({
      ...deed,
      ...{ topicId: EXPERIMENT, partition: 0, offset, time: now - 30 * MINUTE + offset },
    }),
  );
  await insertTestEvents(store, events, 'experiment');
};

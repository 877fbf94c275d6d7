import {
  type RecommendationList,
  recommendationListCodec,
  topics,
  VISIT_ENDED,
  VISIT_KEY,
  wireEncode,
} from '@nextcart/contracts';
import { createMemoryKafka, type Kafka } from '@nextcart/kafka';
import { createLogger, systemClock } from '@nextcart/runtime';
import { expect, test } from 'vitest';
import { createLastLists } from './last-lists.ts';
import { createListMark, hashText, markItem } from './list-mark.ts';
import { startListTail } from './list-tail.ts';

const TOPIC = 'lists';
const listOf = (triggerOffset: number, items: readonly string[]): RecommendationList => ({
  subject: 'anna',
  recommId: `${triggerOffset}`,
  items: items.map((itemId) => ({
    itemId,
    score: 1,
    source: 'trending',
    title: '',
    category: '',
    price: null,
    currency: null,
    reasons: [],
  })),
  release: 'untrained',
  snapshots: {},
  catalogPosition: '',
  partition: 0,
  triggerOffset,
  eventTime: 1,
  appendedAt: 1,
  receivedAt: 1,
  stateAt: 1,
  scoredAt: 1,
  publishedAt: 1,
  expiresAt: 1000 + triggerOffset,
  nextPurchases: [],
});
const markOf = (items: readonly string[]) => {
  const mark = createListMark();
  for (const item of items) markItem(mark, hashText(item));
  return mark;
};

const VISIT_GAP_MS = 500;

const openLists = async () => {
  const kafka: Kafka = createMemoryKafka({ log: createLogger('test', 'silent'), clock: systemClock });
  await kafka.admin.ensureTopics([{ ...topics.recommendations, name: TOPIC, partitions: 1 }]);
  const producer = await kafka.createProducer();
  const lists = createLastLists();
  const owed = new Set<string>();
  return {
    kafka,
    lists,
    owed,
    write: (list: RecommendationList | null, key = 'anna') =>
      producer.sendAll([
        {
          topic: TOPIC,
          partition: 0,
          key: Buffer.from(key),
          value: list === null ? null : wireEncode(1, recommendationListCodec().encode(list)),
        },
      ]),
    start: async (gone: readonly string[] = [], foldedBelow = () => 0, asksModels = () => true) => {
      const hashes = new Set(gone.map((id) => hashText(id).low));
      const isGone = ({ low }: { low: number }) => hashes.has(low);
      const tail = await startListTail({
        ...{ kafka, clock: systemClock, topic: TOPIC, partition: 0, lists, isGone, visitGapMs: VISIT_GAP_MS },
        ...{ foldedBelow, asksModels, owed },
      });
      await tail.learned;
      return tail;
    },
  };
};
/** The tail hears of a record a moment after it was written. */
const soon = (assertion: () => void) => expect.poll(assertion, { timeout: 5000 });

test('what stands in the log is known: of several lists of a key the one with the highest trigger', async () => {
  const { kafka, lists, write, start } = await openLists();
  await write(listOf(5, ['a']));
  await write(listOf(9, ['b', 'c']));
  const tail = await start();
  const slot = lists.slot('anna');
  expect(lists.trigger(slot)).toBe(9);
  expect(lists.same(slot, markOf(['b', 'c']))).toBe(true);
  expect(lists.expiresAt(slot)).toBe(1009);
  expect(lists.visitEnd(slot)).toBe(1 + VISIT_GAP_MS);
  expect(tail.takeStale(0)).toEqual([]);
  await kafka.close();
});

test('a list for the next visit is read back as one', async () => {
  const { kafka, lists, write, start } = await openLists();
  await write({ ...listOf(9, ['b']), snapshots: { [VISIT_KEY]: VISIT_ENDED } });
  await start();
  expect(lists.visitEnd(lists.slot('anna'))).toBe(Infinity);
  await kafka.close();
});

test('an older list at the end of the log is stale, before the start and after it, until a newer one follows', async () => {
  const { kafka, lists, write, start } = await openLists();
  await write(listOf(9, ['b']));
  await write(listOf(5, ['a']));
  const tail = await start();
  expect(lists.trigger(lists.slot('anna'))).toBe(9);
  expect(tail.takeStale(0)).toEqual(['anna']);
  expect(tail.takeStale(0)).toEqual([]);

  await write(listOf(7, ['x']));
  await write(listOf(9, ['b']));
  await write(listOf(9, ['other items of the same trigger']));
  await soon(() => tail.takeStale(0)).toEqual(['anna']);
  expect(tail.takeStale(10_000)).toEqual([]);

  await write(listOf(8, ['y']));
  await write(listOf(10, ['c']));
  await soon(() => lists.trigger(lists.slot('anna'))).toBe(10);
  expect(tail.takeStale(0)).toEqual([]);
  await kafka.close();
});

test('a tombstone leaves nothing to show, and an older list after it is stale', async () => {
  const { kafka, lists, write, start } = await openLists();
  await write(listOf(9, ['b']));
  await write(null);
  const tail = await start();
  expect(lists.isEmpty(lists.slot('anna'))).toBe(true);
  await write(listOf(5, ['a']));
  await soon(() => tail.takeStale(0)).toEqual(['anna']);
  await kafka.close();
});

test('a list of a predecessor that comes after what it was made for was folded here is stale, unless it shows the same', async () => {
  const { kafka, lists, write, start } = await openLists();
  await write(listOf(5, ['a']));
  let next = 6;
  const tail = await start([], () => next);
  await write(listOf(7, ['b']));
  await soon(() => lists.trigger(lists.slot('anna'))).toBe(7);
  expect(tail.takeStale(0)).toEqual([]); // 7 is still to come: what its event brings is compared with this list

  next = 20;
  await write(listOf(9, ['b']));
  await soon(() => lists.trigger(lists.slot('anna'))).toBe(9);
  expect(tail.takeStale(0)).toEqual([]);
  await write(listOf(11, ['c']));
  await soon(() => tail.takeStale(0)).toEqual(['anna']);
  expect(lists.same(lists.slot('anna'), markOf(['c']))).toBe(true);
  await kafka.close();
});

test('a tombstone that comes late is stale where a list stands, until that list comes', async () => {
  const { kafka, lists, write, start } = await openLists();
  await write(listOf(12, ['a']));
  const tail = await start([], () => 20);
  await write(null);
  await soon(() => tail.takeStale(0)).toEqual(['anna']);
  expect(lists.same(lists.slot('anna'), markOf(['a']))).toBe(true);

  await write(null);
  await write(listOf(12, ['a']));
  await write(listOf(1, ['b']), 'otto');
  await soon(() => lists.slot('otto')).not.toBe(-1);
  expect(tail.takeStale(0)).toEqual(['otto']);
  await kafka.close();
});

test('lists that show what is gone are told once, unless a newer one no longer does', async () => {
  const { kafka, write, start } = await openLists();
  await write(listOf(5, ['a', 'gone']));
  const tail = await start(['gone']);
  expect(tail.takeShowingGone()).toEqual(['anna']);
  expect(tail.takeShowingGone()).toEqual([]);
  await write(listOf(6, ['a']));
  const again = await start(['gone']);
  expect(again.takeShowingGone()).toEqual([]);
  await kafka.close();
});

test('a list that a predecessor made without models is owed, unless it was made again or its subject is held out', async () => {
  const { kafka, lists, owed, write, start } = await openLists();
  await write({ ...listOf(5, ['a']), release: 'one' });
  await write(listOf(9, ['b']));
  await start([], undefined, () => false);
  expect([...owed]).toEqual([]);
  await start();
  expect([...owed]).toEqual(['anna']);
  owed.clear();
  await write({ ...listOf(9, ['c']), release: 'one' });
  await write(listOf(7, ['written late by a frozen predecessor']));
  await start();
  expect([...owed]).toEqual([]);
  await write(listOf(11, ['ours: who made it knows']));
  await soon(() => lists.trigger(lists.slot('anna'))).toBe(11);
  expect([...owed]).toEqual([]);
  await kafka.close();
});

import { createItemIndex, isForNextVisit, recommendationListCodec, WIRE_HEADER_BYTES } from '@nextcart/contracts';
import { createCatalogState } from '@nextcart/events';
import { createCatalogFeatures, defaultConfiguration, type RankedList } from '@nextcart/ranking';
import { expect, test } from 'vitest';
import { createEngine } from './engine.ts';
import { homeOf } from './home.fixture.ts';
import { createPublisher, type Draft } from './publisher.ts';

const TTL = 1000;
const publisherOf = () => {
  const index = createItemIndex();
  const state = createCatalogState();
  const features = createCatalogFeatures({ index, catalog: { item: () => undefined } });
  const engine = createEngine({ index, features, configuration: defaultConfiguration });
  let now = 0;
  const publisher = createPublisher({
    engine,
    catalogue: { state, features, item: () => undefined, isGone: () => false },
    schemaId: 1,
    clock: { now: () => now, monotonic: () => now, sleep: () => Promise.resolve() },
    options: { listsTopic: 'lists', listTtlMs: TTL },
  });
  return { publisher, at: (time: number) => (now = time) };
};
const ranked = (...ids: string[]): RankedList => ({
  items: ids.map((itemId) => ({
    itemId,
    score: 1,
    source: 'trending',
    title: '',
    category: '',
    price: null,
    currency: null,
    reasons: [],
  })),
  nextPurchases: [],
  filtered: { unknown: 0, hidden: 0, unavailable: 0, out_of_stock: 0, bought: 0, dismissed: 0 },
  usesModels: false,
  visitEnded: false,
});
const stamps = (triggerOffset: number, visitEnd = 1e9) => ({
  triggerOffset,
  visitEnd,
  eventTime: 1,
  appendedAt: 2,
  receivedAt: 3,
  stateAt: 4,
  scoredAt: 5,
});

test('a list goes out when its items or their order change, when a fifth of its life is left, and when it is forced', () => {
  const { publisher, at } = publisherOf();
  const home = homeOf();
  const list = (trigger: number, ids: string[], forced = false) =>
    publisher.list(home, 'anna', ranked(...ids), stamps(trigger), forced) !== null;
  expect(list(1, ['a', 'b'])).toBe(true);
  expect(list(2, ['a', 'b'])).toBe(false);
  expect(list(3, ['b', 'a'])).toBe(true);
  at(799);
  expect(list(4, ['b', 'a'])).toBe(false);
  at(800);
  expect(list(5, ['b', 'a'])).toBe(true);
  expect(list(6, ['b', 'a'])).toBe(false);
  expect(list(6, ['b', 'a'], true)).toBe(true);
});

test('a list for the next visit says so, in what its name is made of; one for a visit that goes on says when that ends', () => {
  const { publisher } = publisherOf();
  const home = homeOf();
  const codec = recommendationListCodec();
  const publish = (visitEnded: boolean, visitEnd: number) => {
    const draft = publisher.list(home, 'anna', { ...ranked('a'), visitEnded }, stamps(1, visitEnd), true) as Draft;
    return codec.decode((publisher.finish(draft).value as Buffer).subarray(WIRE_HEADER_BYTES));
  };
  const visitEnd = () => home.lists.visitEnd(home.lists.slot('anna'));
  const open = publish(false, 700);
  expect(visitEnd()).toBe(700);
  const ended = publish(true, Infinity);
  expect(visitEnd()).toBe(Infinity);
  expect(isForNextVisit(open.snapshots)).toBe(false);
  expect(isForNextVisit(ended.snapshots)).toBe(true);
  expect(ended.recommId).not.toBe(open.recommId);
  // with the next event a visit has begun, though the list stays as it is
  expect(publisher.list(home, 'anna', ranked('a'), stamps(2, 900), false)).toBeNull();
  expect(visitEnd()).toBe(900);
});

test('what may be bought next makes a list another where it or its order is another, not where its chances are', () => {
  const { publisher } = publisherOf();
  const home = homeOf();
  let trigger = 0;
  const list = (ids: string[], next: [string, number][]) => {
    const nextPurchases = next.map(([itemId, probability]) => ({ itemId, probability }));
    return publisher.list(home, 'anna', { ...ranked(...ids), nextPurchases }, stamps(++trigger), false) !== null;
  };
  expect(
    list(
      ['a', 'b'],
      [
        ['c', 0.5],
        ['d', 0.25],
      ],
    ),
  ).toBe(true);
  expect(
    list(
      ['a', 'b'],
      [
        ['c', 0.4],
        ['d', 0.3],
      ],
    ),
  ).toBe(false);
  expect(
    list(
      ['a', 'b'],
      [
        ['d', 0.4],
        ['c', 0.3],
      ],
    ),
  ).toBe(true);
  expect(list(['a', 'b', 'd'], [['c', 0.3]])).toBe(true);
  expect(list(['a', 'b'], [])).toBe(true);
});

test('where there is nothing to show, nothing is said of what may be bought next', () => {
  const { publisher } = publisherOf();
  const nextPurchases = [{ itemId: 'c', probability: 0.5 }];
  expect(publisher.list(homeOf(), 'anna', { ...ranked(), nextPurchases }, stamps(1), false)).toBeNull();
});

test('nothing to show is a tombstone where something was shown, and nothing where nothing was', () => {
  const { publisher } = publisherOf();
  const home = homeOf();
  expect(publisher.list(home, 'anna', ranked(), stamps(1), false)).toBeNull();
  publisher.list(home, 'anna', ranked('a'), stamps(2), false);
  const draft = publisher.list(home, 'anna', ranked(), stamps(3), false) as Draft;
  expect(publisher.finish(draft)).toMatchObject({
    topic: 'lists',
    partition: 0,
    key: Buffer.from('anna'),
    value: null,
  });
  expect(publisher.forget(home, 'anna', 4, false)).toBeNull();
});

test('a list that stands in the log with a later trigger is not written over, unless that is of another log', () => {
  const { publisher } = publisherOf();
  for (const [end, goesOut] of [
    [10, false],
    [5, true],
  ] as const) {
    const home = homeOf({ end });
    publisher.list(home, 'anna', ranked('a'), stamps(9), false);
    expect(publisher.list(home, 'anna', ranked('b'), stamps(3), false) !== null).toBe(goesOut);
  }
});

test('the name of a list follows from what it was made from and the subject, and from nothing else', () => {
  const nameOf = (key: string, trigger: number, partition: number, time: number) => {
    const { publisher, at } = publisherOf();
    at(time);
    const draft = publisher.list(homeOf({ partition }), key, ranked('a'), stamps(trigger), false) as Draft;
    const { value } = publisher.finish(draft);
    const list = recommendationListCodec().decode((value as Buffer).subarray(WIRE_HEADER_BYTES));
    expect(list).toMatchObject({ publishedAt: time, expiresAt: time + TTL, triggerOffset: trigger, partition });
    return list.recommId;
  };
  const name = nameOf('anna', 1, 0, 5);
  expect(name).toMatch(/^[0-9a-f]{32}$/);
  expect(nameOf('anna', 1, 0, 77)).toBe(name);
  expect(new Set([name, nameOf('ben', 1, 0, 5), nameOf('anna', 2, 0, 5), nameOf('anna', 1, 3, 5)]).size).toBe(4);
});

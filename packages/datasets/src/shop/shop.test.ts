import { createHash } from 'node:crypto';
import { behaviourEventCodec, catalogItemCodec, subjectOf } from '@nextcart/contracts';
import { expect, test } from 'vitest';
import type { DatasetRecord } from '../dataset.ts';
import { parameters } from './parameters.ts';
import { createShop, type ShopOptions } from './shop.ts';
import { leafSpecs } from './words.ts';

const START = Date.UTC(2026, 0, 5);
const options: ShopOptions = { seed: 1, users: 400, items: 200, startAt: START, maxEvents: 6000 };

const bytesOf = ({ topic, key, clock, event, item, raw }: DatasetRecord): Buffer => {
  const value =
    event !== undefined
      ? behaviourEventCodec().encode(event)
      : item !== undefined
        ? catalogItemCodec().encode(item)
        : (raw ?? Buffer.from('tombstone'));
  return Buffer.concat([Buffer.from(`${topic} ${key} ${clock} `), value]);
};
const all = (over: Partial<ShopOptions> = {}, from = 0): DatasetRecord[] => [
  ...createShop({ ...options, ...over }).records(from),
];
const hashOf = (records: Iterable<DatasetRecord>): string => {
  const hash = createHash('sha256');
  for (const record of records) hash.update(bytesOf(record));
  return hash.digest('hex');
};
const share = (n: number, of: number): number => n / of;

test('the same seed gives the same bytes, at every reading; another seed others', async () => {
  const shop = createShop(options);
  const first = hashOf(shop.records(0));
  expect(hashOf(shop.records(0))).toBe(first);
  const read: DatasetRecord[] = [];
  for await (const record of createShop(options).events(0)) read.push(record);
  expect(hashOf(read)).toBe(first);
  expect(hashOf(all({ seed: 2 }))).not.toBe(first);
});

test('reading from a number on is skipping so many records', () => {
  expect(hashOf(all({}, 2500))).toBe(hashOf(all().slice(2500)));
  expect(all({}, 2500)).toHaveLength(3500);
});

test('the clock never falls, and keys are subjects', () => {
  let before = START;
  for (const { topic, key, clock, event, item } of all({ maxEvents: 20_000 })) {
    expect(clock).toBeGreaterThanOrEqual(before);
    before = clock;
    if (topic === 'events' && event !== undefined) expect(key).toBe(subjectOf(event));
    if (topic === 'catalog') expect(key).toBe(item?.itemId);
  }
});

test('event ids are UUIDs, and only duplicates repeat one', () => {
  const ids = all({ dirt: false, maxEvents: 20_000 }).flatMap(({ event }) => event?.eventId ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('a wanted rate is kept from the first minute on', () => {
  for (const [eventsPerSecond, users] of [
    [50, 2000],
    [200, 500],
  ] as const) {
    const records = all({ eventsPerSecond, users, dirt: false, maxEvents: eventsPerSecond * 220 });
    const until = (ms: number) => records.filter(({ clock }) => clock < START + ms).length;
    expect(until(60_000) / 60 / eventsPerSecond).toBeGreaterThan(0.85);
    expect(until(60_000) / 60 / eventsPerSecond).toBeLessThan(1.15);
    expect(until(200_000) / 200 / eventsPerSecond).toBeGreaterThan(0.92);
    expect(until(200_000) / 200 / eventsPerSecond).toBeLessThan(1.08);
  }
});

test('with lists, whose impressions are events too, the wanted rate is kept after a while', () => {
  const lists = { current: () => ({ recommId: 'r', items: ['p00001', 'p00002', 'p00003', 'p00004', 'p00005'] }) };
  const records = all({ eventsPerSecond: 20, users: 500, dirt: false, lists, maxEvents: 36_000 });
  const late = records.filter(({ clock }) => clock >= START + 1_000_000);
  const seconds = ((late.at(-1)?.clock as number) - START - 1_000_000) / 1000;
  expect(late.length / seconds / 20).toBeGreaterThan(0.85);
  expect(late.length / seconds / 20).toBeLessThan(1.15);
});

test('the catalogue is a tree of at least twenty categories, with prices, and consumables may be bought again', async () => {
  const categories = new Set<string>();
  let consumables = 0;
  for await (const { item, topic } of createShop(options).catalog()) {
    expect(topic).toBe('catalog');
    categories.add(item?.category.join(' > ') ?? '');
    expect(item?.price).toBeGreaterThan(0n);
    expect(item?.title).toMatch(/^\S.* [A-Z]\w+/);
    if (item?.repurchaseDays === 0) consumables += 1;
  }
  expect(categories.size).toBe(leafSpecs.length);
  expect(categories.size).toBeGreaterThanOrEqual(20);
  expect(consumables).toBeGreaterThan(20);
});

test('visits convert: searches are fewer than looks, carts fewer than looks, purchases fewer than carts', () => {
  const counts = new Map<string, number>();
  for (const { event } of all({ dirt: false, maxEvents: 40_000 }))
    if (event !== undefined) counts.set(event.eventType, (counts.get(event.eventType) ?? 0) + 1);
  const of = (type: string) => counts.get(type) ?? 0;
  expect(share(of('search'), of('view'))).toBeGreaterThan(0.15);
  expect(share(of('search'), of('view'))).toBeLessThan(0.4);
  expect(share(of('cart'), of('view'))).toBeGreaterThan(0.05);
  expect(share(of('cart'), of('view'))).toBeLessThan(0.2);
  expect(share(of('purchase'), of('cart'))).toBeGreaterThan(0.4);
  expect(share(of('purchase'), of('cart'))).toBeLessThan(0.7);
  expect(share(of('return'), of('purchase'))).toBeGreaterThan(0.005);
  expect(share(of('return'), of('purchase'))).toBeLessThan(0.08);
});

test('money is price times quantity in the currency of the person, in whole cents', () => {
  const prices = new Map<string, bigint>();
  const shop = createShop({ ...options, dirt: false, maxEvents: 20_000 });
  const world = [...shop.records(0)];
  for (const { item } of world) if (item?.price) prices.set(item.itemId, item.price);
  const currencies = new Map<string | null, number>();
  for (const { event } of world) {
    if (event === undefined || event.amount === null) continue;
    expect(event.amount % 100n).toBe(0n);
    expect(event.amount).toBeGreaterThan(0n);
    expect(event.quantity).toBeGreaterThan(0);
    currencies.set(event.currency, (currencies.get(event.currency) ?? 0) + 1);
  }
  expect(new Set(currencies.keys())).toEqual(new Set(['EUR', 'GBP', 'USD']));
  const total = [...currencies.values()].reduce((a, b) => a + b);
  expect(share(currencies.get('EUR') ?? 0, total)).toBeGreaterThan(0.8);
});

test('an identify joins a device to its customer, who is signed in from then on until the visit ends', () => {
  const signedIn = new Map<string, string>();
  const identifiedDevices = new Set<string>();
  let identified = 0;
  let visitsAsCustomer = 0;
  for (const { event, key } of all({ dirt: false, maxEvents: 20_000, users: 200 })) {
    if (event === undefined || event.eventType === 'return') continue;
    if (event.eventType === 'identify') {
      identified += 1;
      expect(key).toBe(event.visitorId);
      signedIn.set(event.visitorId as string, event.userId as string);
      identifiedDevices.add(event.visitorId as string);
    } else if (event.userId !== null) {
      // a device may have been signed in before the stream began, but never as somebody else
      const known = signedIn.get(event.visitorId as string) ?? event.userId;
      expect(event.userId).toBe(known);
      if (identifiedDevices.has(event.visitorId as string)) visitsAsCustomer += 1;
    }
  }
  expect(identified).toBeGreaterThan(100);
  expect(visitsAsCustomer).toBeGreaterThan(1000);
  const devices = new Map<string, number>();
  for (const user of signedIn.values()) devices.set(user, (devices.get(user) ?? 0) + 1);
  expect([...devices.values()].some((n) => n === 2)).toBe(true);
});

test('a hundred thousand people need no more than their columns: no visit is open before it begins', () => {
  const shop = createShop({ ...options, users: 100_000, maxEvents: 1000 });
  const records = [...shop.records(0)];
  expect(records).toHaveLength(1000);
  expect(shop.truth.subjects(99_999).visitorIds[0]).toBe('v100000a');
  expect(new Set(records.map(({ key }) => key)).size).toBeGreaterThan(100);
});

test('what people do does not depend on how many others there are', () => {
  const first = (users: number) =>
    all({ users, dirt: false, days: 8, maxEvents: 1_000_000 })
      .filter(({ key }) => /^[uv]([1-9]|1\d)[ab]?$/.test(String(key)))
      .map(({ key, event }) => [key, event?.eventTime, event?.eventType, event?.itemId, event?.query]);
  const few = first(50);
  expect(few.length).toBeGreaterThan(50);
  expect(first(500)).toEqual(few);
});

test.each([{ users: 0 }, { items: 1.5 }, { eventsPerSecond: 0 }, { dirt: { late: 2 } }] as const)(
  'options that make no shop are refused: %o',
  (over) => {
    expect(() => createShop({ ...options, ...over })).toThrow(/must/);
  },
);

test('sessions carry an id in the stated share', () => {
  const byVisit = new Map<string, boolean>();
  for (const { event, key } of all({ dirt: false, maxEvents: 30_000, users: 5000 }))
    if (event !== undefined && event.eventType !== 'return') byVisit.set(String(key), event.sessionId !== null);
  const withId = [...byVisit.values()].filter(Boolean).length;
  expect(Math.abs(share(withId, byVisit.size) - parameters.sessionIdShare)).toBeLessThan(0.03);
});

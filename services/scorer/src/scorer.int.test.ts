import { type BehaviourEvent, behaviourEventCodec, WIRE_HEADER_BYTES } from '@nextcart/contracts';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { covisitsOf, itemIds, itemOf, openShop, type Shop, trendingOf } from './shop.fixture.ts';

let shop: Shop;
let report: () => { ok: boolean };
const unchanged: number[] = [];
beforeAll(async () => {
  shop = await openShop(inject('urls'));
  await shop.sendItems(itemIds.map((id) => itemOf(id)));
  await shop.snapshot('trending', trendingOf(itemIds));
  await shop.snapshot('covisits', covisitsOf(itemIds));
  const { scorer, health } = await shop.start({ onUnchanged: (_, offset) => void unchanged.push(offset) });
  await scorer.started;
  report = health.report;
});
afterAll(() => shop.close());

const itemsOf = (key: string): string[] => shop.current(key)?.list?.items.map(({ itemId }) => itemId) ?? [];
const listAfter = (key: string, offset: number) =>
  shop.until(`the list of ${key}`, () => {
    const list = shop.current(key)?.list;
    return list != null && list.triggerOffset >= offset ? list : undefined;
  });
const writes = (key: string) => shop.read.filter((each) => each.key === key).length;
/** Events of the log that are keyed by a subject. */
const logOf = async (userId: string): Promise<BehaviourEvent[]> => {
  const events: BehaviourEvent[] = [];
  const tail = await shop.kafka.tail({
    topic: shop.names.events,
    from: 'start',
    onRecords: (_, records) => {
      for (const { key, value } of records)
        if (String(key) === userId && value !== null)
          events.push(behaviourEventCodec().decode(value.subarray(WIRE_HEADER_BYTES)));
      return Promise.resolve();
    },
  });
  await tail.caughtUp;
  await tail.close();
  return events;
};

test('an event becomes a list that names its trigger, its reasons and all it was made from', async () => {
  const offset = await shop.send([{ userId: 'anna', itemId: 'i20' }]);
  const list = await listAfter('anna', offset);
  expect(list).toMatchObject({ subject: 'anna', partition: 0, triggerOffset: offset, catalogPosition: '60' });
  expect(list.release).toBe('untrained');
  expect(Object.keys(list.snapshots)).toEqual(['covisits', 'trending']);
  expect(list.items).toHaveLength(50);
  expect(list.items[0]).toMatchObject({ itemId: 'i21', source: 'covisit', title: 'Item i21', currency: 'EUR' });
  expect(list.items[0]?.reasons[0]).toMatchObject({ subject: 'i20' });
  const stamps = [list.appendedAt, list.receivedAt, list.stateAt, list.scoredAt, list.publishedAt, list.expiresAt];
  expect(stamps).toEqual([...stamps].sort((a, b) => a - b));
  await shop.until('readiness', () => report().ok);
  expect(await shop.until('the commit', () => shop.read.length > 0 && shop.committed())).toBeGreaterThan(offset);
});

test('strangers and items have lists of their own: * is what is trending, item:ID what is seen with it', async () => {
  await shop.until('all item lists', () => itemIds.every((id) => shop.current(`item:${id}`)?.list));
  await shop.until('the list of strangers', () => shop.current('*')?.list);
  expect(itemsOf('*')[0]).toBe('i0');
  expect(itemsOf('item:i7').slice(0, 3)).toEqual(['i8', 'i9', 'i10']);
  expect(itemsOf('item:i7')).not.toContain('i7');
  expect(shop.current('item:i7')?.list?.triggerOffset).toBe(-1);
});

test('a list that does not change is not published again, and each event of it is stamped', async () => {
  const first = await shop.send([{ userId: 'ben', itemId: 'i30' }]);
  const { eventTime } = await listAfter('ben', first);
  const before = writes('ben');
  const again = await shop.send([
    { userId: 'ben', itemId: 'i31', eventType: 'return', eventTime },
    { userId: 'ben', itemId: 'i31', eventType: 'impression' },
  ]);
  await shop.until('the stamps', () => unchanged.includes(again) && unchanged.includes(again + 1));
  expect(writes('ben')).toBe(before);
});

test('a dismissed item leaves the list and stays away', async () => {
  const seen = await shop.send([{ userId: 'cleo', itemId: 'i10' }]);
  await listAfter('cleo', seen);
  expect(itemsOf('cleo')[0]).toBe('i11');
  const dismissed = await shop.send([{ userId: 'cleo', itemId: 'i11', eventType: 'dismiss' }]);
  await listAfter('cleo', dismissed);
  expect(itemsOf('cleo')).not.toContain('i11');
});

test('lists that show an item are made again when it leaves stock, without any event', async () => {
  const offset = await shop.send([{ userId: 'dora', itemId: 'i40' }]);
  await listAfter('dora', offset);
  expect(itemsOf('dora')).toContain('i42');
  await shop.sendItems([itemOf('i42', { stock: 0 })]);
  await shop.until('the new lists', () => ['dora', '*', 'item:i41'].every((key) => !itemsOf(key).includes('i42')));
  expect(shop.current('dora')?.list).toMatchObject({ triggerOffset: offset, catalogPosition: '61' });
});

test('an older list that is written late is replaced by the newest', async () => {
  const first = await shop.send([{ userId: 'emil', itemId: 'i15' }]);
  const old = await listAfter('emil', first);
  const second = await shop.send([{ userId: 'emil', itemId: 'i50' }]);
  const newest = await listAfter('emil', second);
  const before = writes('emil');
  await shop.sendList(old);
  await shop.until('the replacement', () => writes('emil') >= before + 2);
  const last = shop.read.filter(({ key }) => key === 'emil').at(-1)?.list;
  expect(last?.triggerOffset).toBe(second);
  expect(last?.items).toEqual(newest.items);
});

test('a visitor who signs in hands its history to the user, once, and its own list is forgotten', async () => {
  const seen = await shop.send([{ visitorId: 'phone', itemId: 'i5' }]);
  await listAfter('phone', seen);
  await shop.send([{ visitorId: 'phone', userId: 'frida', eventType: 'identify' }]);
  await shop.until('the tombstone', () => shop.current('phone')?.list === null);
  await shop.until('the list', () => itemsOf('frida')[0] === 'i6');
  const merged = (await logOf('frida')).filter(({ eventType }) => eventType === 'history');
  expect(merged).toHaveLength(1);
  expect(merged[0]?.properties).toMatchObject({ from: 'phone' });

  // the same again hands nothing over; another device does
  await shop.send([{ visitorId: 'phone', userId: 'frida', eventType: 'identify' }]);
  await shop.send([{ visitorId: 'laptop', itemId: 'i25' }]);
  await shop.send([{ visitorId: 'laptop', userId: 'frida', eventType: 'identify' }]);
  const sources = async () =>
    (await logOf('frida'))
      .filter(({ eventType }) => eventType === 'history')
      .map(({ properties }) => properties['from']);
  await shop.until('the second history', async () => (await sources()).length > 1);
  expect(await sources()).toEqual(['phone', 'laptop']);
  await shop.until('a list by what both devices saw', () =>
    ['i6', 'i26'].every((id) => itemsOf('frida').slice(0, 6).includes(id)),
  );

  // an event under the visitor's own name is a log-out: it has a list again
  const back = await shop.send([{ visitorId: 'phone', itemId: 'i33' }]);
  expect((await listAfter('phone', back)).subject).toBe('phone');
});

test('a subject named like a list of the shop gets none', async () => {
  const offset = await shop.send([{ userId: 'item:i7', itemId: 'i1' }]);
  await shop.until('the stamp', () => unchanged.includes(offset));
  expect(shop.current('item:i7')?.list?.triggerOffset).toBe(-1);
});

test('who joins late reads every current list from the topic alone', async () => {
  const current = new Map<string, Buffer>();
  const tail = await shop.kafka.tail({
    topic: shop.names.lists,
    from: 'start',
    onRecords: (_, records) => {
      for (const { key, value } of records)
        if (value === null) current.delete(String(key));
        else current.set(String(key), value);
      return Promise.resolve();
    },
  });
  await tail.caughtUp;
  await tail.close();
  expect([...current.keys()]).toEqual(expect.arrayContaining(['*', 'item:i7', 'anna', 'ben', 'cleo', 'dora', 'emil']));
  expect([...current.keys()]).not.toContain('laptop');
});

/**
 * Chapter 6. From what is known of a person to a list. Parts score items (what goes together, what resembles, what they
 * bought before, what trends), the scores are fused, filters take what must not be shown, and each item says why it is
 * there. The list depends on the person's log and on named snapshots, and on nothing else. Then the same on real parts: an
 * event goes in at one end of Kafka, and a list that names all it was made from comes out at the other.
 */
import { readLedger, readLists } from '@nextcart/clickhouse';
import { parsePlan } from '@nextcart/contracts';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openRealShop } from './real-shop.fixture.ts';
import { type Deed, listFor } from './small-shop.fixture.ts';

const idsOf = (list: { items: { itemId: string }[] }): string[] => list.items.map(({ itemId }) => itemId);
/** Shelves of a list's first items. */
const shelvesOf = (list: { items: { itemId: string }[] }, first = 5): string[] => [
  ...new Set(
    idsOf(list)
      .slice(0, first)
      .map((id) => id.split('-')[0] as string),
  ),
];

describe('ranking', () => {
  test('a stranger gets what trends, and is told so', () => {
    const list = listFor([]);
    expect(list.items[0]).toMatchObject({ itemId: 'lamp-7', source: 'trending', reasons: [{ kind: 'trending' }] });
    expect(shelvesOf(list)).toEqual(['lamp']);
  });

  test('one search is enough for something better, typing error and all', () => {
    const list = listFor([['search', 'cofee']]);
    expect(shelvesOf(list)).toEqual(['coffee']);
    expect(list.items[0]?.reasons[0]).toMatchObject({ kind: 'searched', subject: 'cofee' });
  });

  test('one look brings what others saw with it to the top, and names it as the reason', () => {
    const [first] = listFor([['view', 'tea-2']]).items;
    expect(first).toMatchObject({ itemId: 'tea-3', source: 'covisit', title: 'black tea' });
    expect(first?.reasons[0]).toMatchObject({ subject: 'tea-2' });
  });

  test('a reason is true: without the event that it names the item falls', () => {
    const deeds: Deed[] = [
      ['view', 'coffee-1'],
      ['view', 'tea-2'],
    ];
    const place = (of: readonly Deed[]) => idsOf(listFor(of)).indexOf('tea-3');
    const named = listFor(deeds).items.find(({ itemId }) => itemId === 'tea-3')?.reasons[0]?.subject;
    expect(named).toBe('tea-2');
    expect(place(deeds.filter(([, what]) => what !== named))).toBeGreaterThan(place(deeds));
  });

  test('what was bought, dismissed, hidden or sold out is not shown, and is counted by the filter that took it', () => {
    const deeds: Deed[] = [
      ['purchase', 'lamp-7'],
      ['dismiss', 'lamp-6'],
    ];
    const list = listFor(deeds, { 'lamp-5': { hidden: true }, 'lamp-4': { stock: 0 } });
    for (const id of ['lamp-7', 'lamp-6', 'lamp-5', 'lamp-4']) expect(idsOf(list)).not.toContain(id);
    expect(list.filtered).toMatchObject({ bought: 1, dismissed: 1, hidden: 1, out_of_stock: 1 });
  });

  test('what is used up may be bought again', () => {
    expect(idsOf(listFor([['purchase', 'coffee-0']]))).not.toContain('coffee-0');
    expect(idsOf(listFor([['purchase', 'coffee-0']], { 'coffee-0': { repurchaseDays: 0 } }))).toContain('coffee-0');
  });
});

describe('on real parts', () => {
  let shop: Awaited<ReturnType<typeof openRealShop>>;
  beforeAll(async () => {
    shop = await openRealShop(inject('urls'));
  });
  afterAll(() => shop?.close());

  const listsOf = (key: string) => shop.written.filter((each) => each.key === key).flatMap(({ list }) => list ?? []);
  const listOf = (key: string, trigger: number) =>
    shop.until(`a list of ${key}`, () => listsOf(key).find((list) => list.triggerOffset >= trigger));

  test('one event, one list: it names its trigger and all it was made from, and when each step was done', async () => {
    const offset = await shop.send({ userId: 'anna', itemId: 'tea-2' });
    const list = await listOf('anna', offset);
    expect(list).toMatchObject({ subject: 'anna', triggerOffset: offset, release: 'untrained' });
    expect(Object.keys(list.snapshots)).toEqual(['covisits', 'trending']);
    expect(list.recommId).toMatch(/^[0-9a-f]{32}$/);
    expect(list.items[0]).toMatchObject({ itemId: 'tea-3', source: 'covisit' });
    const steps = [list.appendedAt, list.receivedAt, list.stateAt, list.scoredAt, list.publishedAt, list.expiresAt];
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  });

  test('it is made again after her next event, and not published where it is the same', async () => {
    const before = listsOf('anna');
    // sends a lamp back that she bought long ago, and that says nothing of what she wants
    const at = before.at(-1)?.eventTime as number;
    const offset = await shop.send({ userId: 'anna', itemId: 'lamp-0', eventType: 'return', eventTime: at });
    await shop.until('the event to be done with', () => shop.unchanged.has(offset) || undefined);
    expect(listsOf('anna')).toEqual(before);
  });

  test('a purchase changes it: what was bought is gone, and the newest list is the one that counts', async () => {
    const offset = await shop.send({ userId: 'anna', itemId: 'tea-3', eventType: 'purchase', quantity: 1 });
    expect(idsOf(await listOf('anna', offset))).not.toContain('tea-3');
  });

  test('strangers have a list of their own, under *', async () => {
    const list = await listOf('*', -1);
    expect(list.items[0]).toMatchObject({ itemId: 'lamp-7', source: 'trending' });
  });

  test('meanwhile ingest made a row of each event, and of each list', async () => {
    const [events, lists] = [await shop.topicId('events'), await shop.topicId('recommendations')];
    const ledger = await shop.until('three rows', async () => {
      const lines = await readLedger(shop.store, { table: 'events', topicId: events });
      return lines[0]?.rows === 3 ? lines : undefined;
    });
    expect(ledger).toEqual([{ partition: 0, outcome: 'accepted', reason: '', rows: 3, doubled: 0 }]);

    const published = listsOf('anna').map(({ recommId }) => recommId);
    const rows = await shop.until('the lists', async () => {
      const found = await readLists(shop.store, { topicId: lists, subject: 'anna', limit: 10 });
      return found.length === published.length ? found : undefined;
    });
    expect(rows.map(({ recommId }) => recommId)).toEqual(published.toReversed());
  });

  test('ingest’s group says how far it came, and that nothing is planned that is not in', async () => {
    const committed = await shop.until('the commit', async () => {
      const found = await shop.ingestCommitted();
      return found?.offset === 3 ? found : undefined;
    });
    const plan = parsePlan(committed.metadata);
    expect(plan?.topicId).toBe(await shop.topicId('events'));
    // while a batch is on its way its last offset stands here: a successor inserts exactly that range again
    expect(plan?.last).toBeUndefined();
  });
});

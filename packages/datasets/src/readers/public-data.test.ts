import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { onlineRetailSource, openOnlineRetail } from './online-retail.ts';
import { itemsOf, recordsOf } from './reading.fixture.ts';
import { openTrivago, trivagoSource } from './trivago.ts';
import { openYooChoose, yooChooseSource } from './yoochoose.ts';

/** The original files where they are at hand; the counts are those of their SOURCE.txt or counted by another program. */
const MINUTES_MS = 60_000;

/** Where the public data sets lie, beside the repository unless NEXTCART_DATA says where. */
const dataFolder = (): string =>
  process.env['NEXTCART_DATA'] ?? join(import.meta.dirname, '../../../../../shared/data');

/** A path in the data folder, or the test is skipped with the reason and where to get the file. */
const dataFile = (context: TestContext, name: string, getIt: string): string => {
  const path = join(dataFolder(), name);
  if (!existsSync(path)) context.skip(`no '${path}': get it from ${getIt}, and name its folder in NEXTCART_DATA`);
  return path;
};

test('Online Retail: each of the 541,909 lines is exactly one event', { timeout: 3 * MINUTES_MS }, async (context) => {
  const path = dataFile(context, 'online-retail-uci/online_retail.csv.gz', onlineRetailSource.getIt);
  const dataset = await openOnlineRetail(path);
  const ids = new Set<string>();
  const customers = new Set<string>();
  const invoices = new Set<string>();
  const counts = { records: 0, purchases: 0, returns: 0, strangers: 0, free: 0, negative: 0 };
  let [net, clock] = [0n, 0];
  for await (const { event, clock: now, key } of dataset.events(0)) {
    if (event === undefined) throw new Error('a record without event');
    counts.records += 1;
    ids.add(event.eventId);
    invoices.add(event.sessionId ?? '');
    if (event.userId === null) counts.strangers += 1;
    else customers.add(event.userId);
    const amount = event.amount ?? 0n;
    if (event.eventType === 'return') counts.returns += 1;
    else counts.purchases += 1;
    if (amount === 0n) counts.free += 1;
    if (amount < 0n) counts.negative += 1;
    net += event.eventType === 'return' ? -amount : amount;
    if (now < clock || now !== event.eventTime) throw new Error(`the clock fell at ${event.eventId}`);
    clock = now;
    if (key !== (event.userId ?? event.visitorId)) throw new Error(`the key of ${event.eventId} is not its subject`);
  }
  expect(counts).toEqual({
    records: 541_909,
    purchases: 531_285,
    returns: 10_624,
    strangers: 135_080,
    free: 2_515,
    negative: 2,
  });
  expect(ids.size).toBe(541_909);
  expect(customers.size).toBe(4_372);
  expect(invoices.size).toBe(25_900);
  expect(Number(net) / 10_000).toBeCloseTo(9_747_747.93, 2); // the sum of quantity times price over the file
  const items = await itemsOf(dataset);
  expect(dataset.total).toBe(541_909);
  expect(items.length).toBe(3_958); // 4,070 codes before the case is folded
  expect(items.filter((item) => item.hidden).length).toBe(10);
  expect(items.find((item) => item.itemId === '85123A')?.title).toBe('WHITE HANGING HEART T-LIGHT HOLDER');
});

test('trivago: actions on items, clickouts and searches come in the order of time', async (context) => {
  const dataset = await openTrivago(dataFile(context, 'trivago2019-100k/trivago_val_100k.csv.gz', trivagoSource.getIt));
  const records = await recordsOf(dataset);
  const count = (type: string) => records.filter(({ event }) => event?.eventType === type).length;
  // 100,003 lines less 5,303 filters and 2,948 sort orders
  expect(records.length).toBe(91_752);
  expect(count('click')).toBe(13_597);
  expect(count('search')).toBe(3_060 + 1_080);
  expect(count('view')).toBe(68_538 + 1_829 + 1_445 + 1_159 + 1_044);
  expect(records.filter(({ event }) => event?.eventType === 'view' && event.itemId === null).length).toBe(4);
  expect(new Set(records.map(({ event }) => event?.userId)).size).toBeLessThanOrEqual(6_593);
  for (const [i, { clock, event }] of records.entries()) {
    if (clock !== event?.eventTime || clock < (records[i - 1]?.clock ?? 0))
      throw new Error(`record ${i} is not sorted`);
  }
}, 60_000);

test('YooChoose cut by session-rec: every click is a view', async (context) => {
  const file = 'yoochoose-100k-events/yoochoose-clicks-100k_train_full.txt.gz';
  const dataset = await openYooChoose(dataFile(context, file, yooChooseSource.getIt));
  const records = await recordsOf(dataset);
  expect(records.length).toBe(70_278);
  expect(new Set(records.map(({ key }) => key)).size).toBe(17_794);
  expect(new Set(records.map(({ event }) => event?.itemId)).size).toBe(2_933);
  expect((await itemsOf(dataset)).length).toBe(2_933);
}, 60_000);

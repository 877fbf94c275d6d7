import { expect, test } from 'vitest';
import { openOnlineRetail } from './online-retail.ts';
import { eventsOf, fixtureFolder, itemsOf, recordsOf } from './reading.fixture.ts';

const HEAD = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
const open = (...lines: string[]) => openOnlineRetail(fixtureFolder({ 'retail.csv': [HEAD, ...lines, ''].join('\n') }));

test('a sale is a purchase of the customer with the money of the whole line', async () => {
  const dataset = await open('536365,85123a,"LIGHT, WHITE",6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom');
  const [record] = await recordsOf(dataset);
  expect(dataset.total).toBe(1);
  expect(record).toMatchObject({ topic: 'events', key: '17850', clock: Date.UTC(2010, 11, 1, 8, 26) });
  expect(record?.event).toMatchObject({
    eventType: 'purchase',
    userId: '17850',
    visitorId: null,
    sessionId: '536365',
    itemId: '85123A',
    quantity: 6,
    amount: 153_000n,
    currency: 'GBP',
    properties: { country: 'United Kingdom' },
  });
});

test('a negative quantity is a return of positive pieces and money, and an invoice without customer is a visitor', async () => {
  const events = await eventsOf(await open('C536379,D,Discount,-2,2010-12-01 09:41:00,27.5,,United Kingdom'));
  expect(events).toMatchObject([
    { eventType: 'return', userId: null, visitorId: 'C536379', quantity: 2, amount: 550_000n },
  ]);
});

test('odd lines come through as they are, for cleaning to decide', async () => {
  const events = await eventsOf(
    await open(
      'A563186,B,Adjust bad debt,1,2011-08-12 14:51:00,-11062.06,,United Kingdom',
      '536414,22139,,56,2011-08-12 14:52:00,0.0,,United Kingdom',
      '536415,22139,,0,2011-08-12 14:53:00,1.25,,United Kingdom',
    ),
  );
  expect(events.map(({ quantity, amount }) => ({ quantity, amount }))).toEqual([
    { quantity: 1, amount: -110_620_600n },
    { quantity: 56, amount: 0n },
    { quantity: 0, amount: 0n },
  ]);
});

test('equal lines of one invoice are two events, also where another invoice lies between them', async () => {
  const line = (invoice: string) => `${invoice},22139,TEA,1,2011-08-12 14:51:00,1.25,1,United Kingdom`;
  const ids = (await eventsOf(await open(line('1'), line('1'), line('2'), line('1')))).map(({ eventId }) => eventId);
  expect(new Set(ids).size).toBe(4);
  for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});

test('reading from a number gives the rest of the same records', async () => {
  const dataset = await open(
    '1,22139,TEA,1,2011-08-12 14:51:00,1.25,1,United Kingdom',
    '1,22139,TEA,1,2011-08-12 14:51:00,1.25,1,United Kingdom',
    '2,22139,TEA,1,8/12/2011 14:50,1.25,1,United Kingdom',
  );
  const all = await recordsOf(dataset);
  expect(await recordsOf(dataset, 1)).toEqual(all.slice(1));
  expect(await recordsOf(dataset, 3)).toEqual([]);
  expect(all[2]).toMatchObject({ clock: all[1]?.clock, event: { eventTime: Date.UTC(2011, 7, 12, 14, 50) } });
});

test('the catalogue has the most frequent description, the median price, and hides what is no goods', async () => {
  const line = (code: string, text: string, price: string) => `1,${code},${text},1,2011-08-12 14:51:00,${price},1,UK`;
  const dataset = await open(
    line('22139a', 'TEA', '1.25'),
    line('22139A', 'damaged', '0.0'),
    line('22139A', 'TEA', '9.00'),
    line('22139A', '', '1.50'),
    line('POST', 'POSTAGE', '18.00'),
  );
  expect(await itemsOf(dataset)).toMatchObject([
    { itemId: '22139A', title: 'TEA', price: 15_000n, currency: 'GBP', hidden: false },
    { itemId: 'POST', title: 'POSTAGE', hidden: true },
  ]);
});

test.each([
  ['1,22139,TEA,many,2011-08-12 14:51:00,1.25,1,UK', /retail\.csv:3: Quantity is 'many', expected a whole number/],
  ['1,22139,TEA,1,2011-08-12 14:51:00,£1,1,UK', /retail\.csv:3: UnitPrice is '£1', expected an amount/],
  ['1,22139,TEA,1,2011-06-31 14:51:00,1.25,1,UK', /retail\.csv:3: InvoiceDate is '2011-06-31 14:51:00'/],
  ['1,22139,TEA,1', /retail\.csv:3: .*columns/i],
])('a malformed line names its file and line: %s', async (line, message) => {
  const dataset = await open('1,22139,TEA,1,2011-08-12 14:51:00,1.25,1,UK', line);
  await expect(eventsOf(dataset)).rejects.toThrow(message);
});

test('a file of another shape is refused with what it has', async () => {
  const dataset = await openOnlineRetail(fixtureFolder({ 'retail.csv': 'a,b\n1,2\n' }));
  await expect(eventsOf(dataset)).rejects.toThrow(/retail\.csv:1: no column InvoiceNo, .*the file has: a, b/);
});

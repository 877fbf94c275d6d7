import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDataset } from './open-dataset.ts';
import { eventsOf, fixtureFolder, itemsOf, recordsOf } from './reading.fixture.ts';

/** Hand-made lines in the documented original formats: these files are not at hand. */

test('yoochoose: clicks and buys without headings, merged by time', async () => {
  const folder = fixtureFolder({
    'yoochoose-clicks.dat.gz':
      '1,2014-04-07T10:51:09.277Z,214536502,0\n1,2014-04-07T10:54:09.868Z,214536500,S\n2,2014-04-07T10:50:00.000Z,214536502,7\n',
    'yoochoose-buys.dat': '1,2014-04-07T10:55:00.000Z,214536500,12462,2\n2,2014-04-07T10:56:00.000Z,214536502,0,0\n',
    'yoochoose-test.dat': '5,2014-04-07T10:51:09.277Z,214536502,0\n',
  });
  const dataset = await openDataset('yoochoose', folder);
  const events = await eventsOf(dataset);
  expect(events.map((e) => [e.visitorId, e.eventType, e.itemId, e.quantity, e.amount])).toEqual([
    ['2', 'view', '214536502', null, null],
    ['1', 'view', '214536502', null, null],
    ['1', 'view', '214536500', null, null],
    ['1', 'purchase', '214536500', 2, 249_240_000n],
    ['2', 'purchase', '214536502', 1, null],
  ]);
  expect(events[1]?.eventTime).toBe(Date.UTC(2014, 3, 7, 10, 51, 9, 277));
  expect(events[2]?.properties).toEqual({ category: 'S' });
  expect(await itemsOf(dataset)).toMatchObject([
    { itemId: '214536500', category: [], price: 124_620_000n, currency: null },
    { itemId: '214536502', category: ['Category 7'], price: null },
  ]);
});

test('diginetica: views, purchases and searches with words; days are exact', async () => {
  const folder = fixtureFolder({
    'train-item-views.csv': 'sessionId;userId;itemId;timeframe;eventdate\n1;NA;81766;526309;2016-05-09\n',
    'train-purchases.csv':
      'sessionId;userId;timeframe;eventdate;ordernumber;itemId\n1;7;1526309;2016-05-09;16421;81766\n',
    'train-queries.csv':
      'queryId;sessionId;userId;timeframe;duration;eventdate;searchstring.tokens;categoryId;items;is.test\n' +
      '1;1;NA;100;295;2016-05-09;;0;1,2;FALSE\n2;1;NA;200;295;2016-05-09;14600,28184;0;1,2;FALSE\n',
    'products.csv': 'itemId;pricelog2;product.name.tokens\n81766;10;14600,22\n',
    'product-categories.csv': 'itemId;categoryId\n81766;415\n',
  });
  const dataset = await openDataset('diginetica', folder);
  const day = Date.UTC(2016, 4, 9);
  expect(await eventsOf(dataset)).toMatchObject([
    { eventType: 'search', eventTime: day + 200, query: '14600 28184', visitorId: '1', userId: null },
    { eventType: 'view', eventTime: day + 526_309, itemId: '81766' },
    {
      eventType: 'purchase',
      eventTime: day + 1_526_309,
      userId: '7',
      quantity: 1,
      properties: { ordernumber: '16421' },
    },
  ]);
  expect(await itemsOf(dataset)).toMatchObject([
    { itemId: '81766', title: '14600 22', category: ['Category 415'], price: 10_230_000n },
  ]);
});

test('retailrocket: events by time, categories from the tree, the newest availability', async () => {
  const folder = fixtureFolder({
    'events.csv':
      'timestamp,visitorid,event,itemid,transactionid\n1433221332117,257597,view,355908,\n1433221332000,1,addtocart,5,\n1433224214164,1,transaction,5,4000\n',
    'item_properties_part1.csv':
      'timestamp,itemid,property,value\n1435460400000,5,categoryid,1338\n1435460400000,5,888,1116713 n277.200\n1441508400000,5,available,0\n',
    'item_properties_part2.csv': 'timestamp,itemid,property,value\n1439089200000,5,available,1\n',
    'category_tree.csv': 'categoryid,parentid\n1338,213\n213,\n',
  });
  const dataset = await openDataset('retailrocket', folder);
  expect((await recordsOf(dataset)).map(({ key, event }) => [key, event?.eventType, event?.itemId])).toEqual([
    ['1', 'cart', '5'],
    ['257597', 'view', '355908'],
    ['1', 'purchase', '5'],
  ]);
  expect(await itemsOf(dataset)).toMatchObject([{ itemId: '5', category: ['213', '1338'], stock: 0 }]);
});

test('rees46: months by their first event; a removal from the cart is left out', async () => {
  const head = 'event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n';
  const folder = fixtureFolder({
    '2019-Dec.csv.gz': `${head}2019-12-01 00:00:00 UTC,purchase,1,2,electronics.smartphone,apple,1302.48,9,s2\n`,
    '2019-Nov.csv':
      `${head}2019-11-01 00:00:00 UTC,view,1,2,electronics.smartphone,apple,1302.48,9,s1\n` +
      '2019-11-01 00:00:01 UTC,cart,3,2,,,5.00,9,s1\n2019-11-01 00:00:02 UTC,remove_from_cart,3,2,,,5.00,9,s1\n',
  });
  const dataset = await openDataset('rees46', folder);
  expect(await eventsOf(dataset)).toMatchObject([
    { eventType: 'view', amount: null, sessionId: 's1' },
    { eventType: 'cart', amount: 50_000n, quantity: 1, currency: 'USD' },
    { eventType: 'purchase', amount: 13_024_800n, userId: '9', eventTime: Date.UTC(2019, 11, 1) },
  ]);
  expect(await itemsOf(dataset)).toMatchObject([
    { itemId: '1', title: 'apple smartphone 1', category: ['electronics', 'smartphone'], brand: 'apple' },
    { itemId: '3', title: 'item 3', brand: null },
  ]);
});

test('trivago: the metadata file is the catalogue where there is one', async () => {
  const folder = fixtureFolder({
    'train.csv':
      'user_id,session_id,timestamp,step,action_type,reference,platform,city,device,current_filters,impressions,prices\n' +
      'u,s,1541599553,3,clickout item,5967314,FR,"Marseille, France",tablet,,100131|5967314,71|119\n' +
      'u,s,1541599523,1,search for poi,India Gate,FR,"Marseille, France",tablet,,,\n',
    'item_metadata.csv': 'item_id,properties\n5967314,Satellite TV|Golf Course\n',
  });
  const dataset = await openDataset('trivago', folder);
  expect(await eventsOf(dataset)).toMatchObject([
    { eventType: 'search', query: 'India Gate', itemId: null },
    { eventType: 'click', itemId: '5967314', properties: { impressions: '100131|5967314', prices: '71|119' } },
  ]);
  expect(await itemsOf(dataset)).toMatchObject([{ itemId: '5967314', description: 'Satellite TV, Golf Course' }]);
});

test('trivago: a folder may be called as its other files are; without sessions there is nothing to read', async () => {
  const head = 'user_id,session_id,timestamp,action_type,reference,platform,device,impressions,prices\n';
  const folder = fixtureFolder({ 'train.csv': `${head}u,s,1541599523,search for item,7,FR,tablet,,\n` });
  const own = join(folder, 'submission');
  mkdirSync(own);
  renameSync(join(folder, 'train.csv'), join(own, 'train.csv'));
  expect(await eventsOf(await openDataset('trivago', own))).toMatchObject([{ eventType: 'view', itemId: '7' }]);
  const alone = fixtureFolder({ 'item_metadata.csv': 'item_id,properties\n7,Pool\n' });
  await expect(openDataset('trivago', alone)).rejects.toThrow(/no train\.csv .*among: item_metadata\.csv/);
});

test.each(['retail.csv', 'retail.csv.gz'])('%s: a file that lies beside its gzipped self is read once', async (one) => {
  const text =
    'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n' +
    '1,22139,TEA,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n';
  const folder = fixtureFolder({ 'retail.csv': text, 'retail.csv.gz': text });
  const ids = (events: readonly { eventId: string }[]) => events.map(({ eventId }) => eventId);
  expect(ids(await eventsOf(await openDataset('online-retail', folder)))).toEqual(
    ids(await eventsOf(await openDataset('online-retail', join(folder, one)))),
  );
});

test('a gzipped file that was cut short, or is damaged, is named', async () => {
  const head = 'timestamp,visitorid,event,itemid,transactionid\n';
  const lines = Array.from({ length: 2000 }, (_, i) => `${1_433_221_332_117 + i},${i * 7919},view,${i},\n`).join('');
  const folder = fixtureFolder({ 'events.csv.gz': head + lines });
  const file = join(folder, 'events.csv.gz');
  const bytes = readFileSync(file);
  const broken = [bytes.subarray(0, -100), bytes.map((byte, at) => (at === 5000 ? byte ^ 255 : byte))];
  for (const some of broken) {
    writeFileSync(file, some);
    await expect(eventsOf(await openDataset('retailrocket', folder))).rejects.toThrow(/events\.csv\.gz: .*cut short/);
  }
});

test('an action that a format does not have is named with its line', async () => {
  const folder = fixtureFolder({
    'events.csv': 'timestamp,visitorid,event,itemid,transactionid\n1433221332117,257597,glance,355908,\n',
  });
  await expect(eventsOf(await openDataset('retailrocket', folder))).rejects.toThrow(
    /events\.csv:2: event is 'glance', expected view/,
  );
});

test('an unknown source names the known ones; a missing path and file say where to get them', async () => {
  await expect(openDataset('x', '.')).rejects.toThrow(
    "unknown source 'x'; known: online-retail, trivago, yoochoose, diginetica, retailrocket, rees46",
  );
  await expect(openDataset('rees46', 'no/such/file')).rejects.toThrow(
    /there is no 'no\/such\/file'. Get it from https:/,
  );
  await expect(openDataset('diginetica', fixtureFolder({ 'products.csv': '' }))).rejects.toThrow(
    /no train-item-views\.csv \(or train-item-views\.csv\.gz\) among: products\.csv. Get it from/,
  );
});

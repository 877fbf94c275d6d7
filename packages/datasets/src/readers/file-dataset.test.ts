import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Dataset, Preparation } from '../dataset.ts';
import { datasetNames, openDataset } from './open-dataset.ts';
import { fixtureFolder, recordsOf } from './reading.fixture.ts';

/** Each set with three events, with a line that becomes no event where the format has such lines. */
const sets: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'online-retail': {
    'retail.csv':
      'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n' +
      '1,22139,TEA,1,2011-08-12 14:51:00,1.25,1,UK\n\n1,,,1,2011-08-12 14:51:00,1.25,1,UK\n' +
      '2,22139,TEA,1,2011-08-12 14:52:00,1.25,1,UK\n',
  },
  trivago: {
    'train.csv':
      'user_id,session_id,timestamp,action_type,reference,platform,device,impressions,prices\n' +
      'u,s,1541599553,clickout item,5967314,FR,tablet,100131|5967314,71|119\n' +
      'u,s,1541599540,filter selection,Sea,FR,tablet,,\n' +
      'u,s,1541599523,search for poi,India Gate,FR,tablet,,\nu,s,1541599524,search for item,7,FR,tablet,,\n',
    'item_metadata.csv': 'item_id,properties\n5967314,Satellite TV|Golf Course\n',
  },
  yoochoose: {
    'yoochoose-clicks.dat.gz': '1,2014-04-07T10:51:09.277Z,214536502,0\n1,2014-04-07T10:54:09.868Z,214536500,S\n',
    'yoochoose-buys.dat': '1,2014-04-07T10:55:00.000Z,214536500,12462,2\n',
  },
  diginetica: {
    'train-item-views.csv': 'sessionId;userId;itemId;timeframe;eventdate\n1;NA;81766;526309;2016-05-09\n',
    'train-purchases.csv':
      'sessionId;userId;timeframe;eventdate;ordernumber;itemId\n1;7;1526309;2016-05-09;16421;81766\n',
    'train-queries.csv':
      'sessionId;userId;timeframe;eventdate;searchstring.tokens\n1;NA;100;2016-05-09;\n1;NA;200;2016-05-09;14600\n',
    'products.csv': 'itemId;pricelog2;product.name.tokens\n81766;10;14600,22\n',
    'product-categories.csv': 'itemId;categoryId\n81766;415\n',
  },
  retailrocket: {
    'events.csv':
      'timestamp,visitorid,event,itemid,transactionid\n1433221332117,1,view,2,\n1433221332118,1,addtocart,2,\n1433221332119,1,transaction,2,5\n',
    'item_properties_part1.csv': 'timestamp,itemid,property,value\n1433041200000,2,categoryid,1338\n',
    'category_tree.csv': 'categoryid,parentid\n1338,\n',
  },
  rees46: {
    '2019-Oct.csv.gz':
      'event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n' +
      '2019-10-01 00:00:00 UTC,view,1,2,,acme,35.79,3,s\n2019-10-01 00:00:01 UTC,remove_from_cart,1,2,,acme,35.79,3,s\n' +
      '2019-10-01 00:00:02 UTC,cart,1,2,,acme,35.79,3,s\n2019-10-01 00:00:03 UTC,purchase,1,2,,acme,35.79,3,s\n',
  },
};
const sorted = ['trivago', 'yoochoose', 'diginetica', 'retailrocket'];

const readCatalog = async (dataset: Dataset, tell?: (step: Preparation) => void): Promise<void> => {
  for await (const _ of dataset.catalog(tell)) continue;
};
const bytesOf = (folder: string, names: readonly string[]): number =>
  names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

test('the sets here are all that there are', () => {
  expect(Object.keys(sets).toSorted()).toEqual(datasetNames.toSorted());
});

test.each(Object.entries(sets))(
  '%s: the total is known when the first event comes, also after a resume',
  async (name, files) => {
    for (const from of [0, 2]) {
      const dataset = await openDataset(name, fixtureFolder(files));
      await readCatalog(dataset);
      const totals: (number | undefined)[] = [];
      for await (const _ of dataset.events(from)) totals.push(dataset.total);
      expect(totals).toEqual(from === 0 ? [3, 3, 3] : [3]);
    }
  },
);

test('without its catalogue a set that is not sorted knows its total at its end', async () => {
  const dataset = await openDataset('rees46', fixtureFolder(sets['rees46'] ?? {}));
  expect(dataset.total).toBeUndefined();
  expect(await recordsOf(dataset, 1)).toHaveLength(2);
  expect(dataset.total).toBe(3);
});

test.each(Object.entries(sets))(
  '%s: the catalogue tells each byte of its files as it lies on the disk',
  async (name, files) => {
    const folder = fixtureFolder(files);
    const steps: Preparation[] = [];
    await readCatalog(await openDataset(name, folder), (step) => steps.push(step));
    const own = Object.keys(files).filter((file) => /metadata|propert|tree|product/.test(file));
    const total = bytesOf(folder, own.length > 0 ? own : Object.keys(files));
    expect(steps.at(-1)).toEqual({ what: 'reading the catalogue', done: total, total });
  },
);

test.each(Object.entries(sets))(
  '%s: before its first event it tells what it reads, or nothing where it streams',
  async (name, files) => {
    const folder = fixtureFolder(files);
    const steps: Preparation[] = [];
    for await (const _ of (await openDataset(name, folder)).events(0, (step) => steps.push(step))) break;
    const own = Object.keys(files).filter((file) => !/metadata|propert|tree|products|categories/.test(file));
    const total = bytesOf(folder, own);
    expect(steps.at(-1)).toEqual(
      sorted.includes(name) ? { what: 'reading and sorting', done: total, total } : undefined,
    );
  },
);

const manyLines = (count: number): string =>
  `timestamp,visitorid,event,itemid,transactionid\n${Array.from({ length: count }, (_, i) => `${1_433_221_332_117 + i},1,view,${i},\n`).join('')}`;

test('the bytes that are told rise to all of them while the file is read', async () => {
  const text = manyLines(20_000);
  const dataset = await openDataset('retailrocket', fixtureFolder({ 'events.csv': text }));
  const steps: number[] = [];
  for await (const _ of dataset.events(0, ({ done }) => steps.push(done))) break;
  expect(steps.length).toBeGreaterThan(3);
  expect(steps.at(-1)).toBe(text.length);
  expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  expect(new Set(steps).size).toBe(steps.length);
});

test('a resume tells how far it is on its way to the first event', async () => {
  const dataset = await openDataset('retailrocket', fixtureFolder({ 'events.csv': manyLines(2500) }));
  const steps: Preparation[] = [];
  const records: number[] = [];
  const tell = (step: Preparation) => {
    if (step.what === 'going to where it was stopped') steps.push(step);
  };
  for await (const { event } of dataset.events(2100, tell)) records.push(Number(event?.itemId));
  expect(steps.map(({ done, total }) => [done, total])).toEqual([
    [0, 2100],
    [1000, 2100],
    [2000, 2100],
  ]);
  expect(records).toEqual(Array.from({ length: 400 }, (_, i) => 2100 + i));
});

test('what the listener throws ends the reading at once', async () => {
  const dataset = await openDataset('retailrocket', fixtureFolder({ 'events.csv': manyLines(20_000) }));
  const stop = new Error('stopped');
  let calls = 0;
  const tell = () => {
    calls += 1;
    throw stop;
  };
  await expect(dataset.events(0, tell)[Symbol.asyncIterator]().next()).rejects.toBe(stop);
  expect(calls).toBe(1);
});

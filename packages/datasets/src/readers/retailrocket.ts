/**
 * RetailRocket: views, carts and transactions of anonymous visitors. Values of properties are hashed except for
 * `categoryid` and `available`, so items have no titles and no sure prices, and amounts are missing.
 */
import { type BehaviourEvent, type CatalogItem, type EventType, uuidOfText } from '@nextcart/contracts';
import type { Dataset } from '../dataset.ts';
import { createEvent, createItem } from './event-record.ts';
import { createFileDataset, type Pass } from './file-dataset.ts';
import { parseEpoch } from './parse-cells.ts';
import { badLine, readTable } from './read-table.ts';
import { sortByTime } from './sort-by-time.ts';
import { listFiles, pickFiles, type SourceDescription } from './source-files.ts';

export const retailRocketSource: SourceDescription = {
  name: 'retailrocket',
  getIt: 'https://www.kaggle.com/datasets/retailrocket/ecommerce-dataset',
};

const EVENTS = ['timestamp', 'visitorid', 'event', 'itemid', 'transactionid'] as const;
const types: Readonly<Record<string, EventType>> = { view: 'view', addtocart: 'cart', transaction: 'purchase' };

async function* readEvents(files: readonly string[], pass: Pass): AsyncGenerator<BehaviourEvent> {
  async function* timed() {
    for (const file of files)
      for await (const row of readTable(file, { columns: EVENTS }, pass))
        yield { time: parseEpoch(row, 'timestamp', row.cells.timestamp, 'ms'), row };
  }
  for await (const { time, row } of sortByTime(timed(), pass.counted)) {
    const { visitorid, event, itemid, transactionid } = row.cells;
    const eventType = types[event];
    if (eventType === undefined) throw badLine(row, `event is '${event}', expected view, addtocart or transaction`);
    yield createEvent({
      eventId: uuidOfText(`retailrocket ${row.file} ${row.line}`),
      eventTime: time,
      eventType,
      visitorId: visitorid,
      itemId: itemid,
      quantity: eventType === 'purchase' ? 1 : null,
      properties: transactionid === '' ? {} : { transactionid },
    });
  }
}

/** From the root to the category. A tree that runs in a circle is cut where it closes. */
const categoryPath = (category: string, parents: ReadonlyMap<string, string>): string[] => {
  const path: string[] = [];
  for (let at: string | undefined = category; at !== undefined && at !== ''; at = parents.get(at)) {
    if (path.includes(at)) break;
    path.unshift(at);
  }
  return path;
};

interface Newest {
  readonly time: number;
  readonly value: string;
}

/** The newest category and availability of each item; the other properties are hashes. */
async function* readItems(
  properties: readonly string[],
  tree: readonly string[],
  pass: Pass,
): AsyncGenerator<CatalogItem> {
  const parents = new Map<string, string>();
  for (const file of tree)
    for await (const { cells } of readTable(file, { columns: ['categoryid', 'parentid'] }, pass))
      parents.set(cells.categoryid, cells.parentid);
  const items = new Map<string, { category?: Newest; available?: Newest }>();
  for (const file of properties) {
    for await (const row of readTable(file, { columns: ['timestamp', 'itemid', 'property', 'value'] }, pass)) {
      const { timestamp, itemid, property, value } = row.cells;
      const item = items.get(itemid) ?? {};
      if (!items.has(itemid)) items.set(itemid, item);
      if (property !== 'categoryid' && property !== 'available') continue;
      const kind = property === 'categoryid' ? 'category' : 'available';
      const time = parseEpoch(row, 'timestamp', timestamp, 'ms');
      if (time >= (item[kind]?.time ?? 0)) item[kind] = { time, value };
    }
  }
  for (const [itemId, { category, available }] of items) {
    yield createItem({
      itemId,
      title: itemId,
      category: category === undefined ? [] : categoryPath(category.value, parents),
      stock: available?.value === '0' ? 0 : null,
    });
  }
}

/** The folder with events.csv and, where they are there, item_properties_part*.csv and category_tree.csv. */
export const openRetailRocket = async (path: string): Promise<Dataset> => {
  const all = listFiles(retailRocketSource, path);
  const events = pickFiles(retailRocketSource, all, /^events.*\.csv$/, 'events.csv');
  const properties = pickFiles(retailRocketSource, all, /^item_properties.*\.csv$/);
  const tree = pickFiles(retailRocketSource, all, /^category_tree\.csv$/);
  return createFileDataset({
    name: retailRocketSource.name,
    catalog: { files: [...tree, ...properties], read: (pass) => readItems(properties, tree, pass) },
    events: { files: events, read: (pass) => readEvents(events, pass) },
  });
};

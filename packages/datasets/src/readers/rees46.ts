/**
 * REES46 multi-category store: one CSV a month, each in the order of time. Removals from the cart have no event type of
 * ours and are left out. A cart or purchase line is one piece.
 */
import { type BehaviourEvent, type CatalogItem, type EventType, uuidOfText } from '@nextcart/contracts';
import type { Dataset } from '../dataset.ts';
import { createEvent } from './event-record.ts';
import { createFileDataset, type Pass } from './file-dataset.ts';
import { createItemCollector } from './item-collector.ts';
import { parseAmount, parseTime } from './parse-cells.ts';
import { badLine, readTable } from './read-table.ts';
import { listFiles, pickFiles, type SourceDescription } from './source-files.ts';

export const rees46Source: SourceDescription = {
  name: 'rees46',
  getIt: 'https://rees46.com/en/datasets (2019-Oct.csv.gz and later months)',
};

const COLUMNS = [
  'event_time',
  'event_type',
  'product_id',
  'category_code',
  'brand',
  'price',
  'user_id',
  'user_session',
] as const;
const types: Readonly<Record<string, EventType | null>> = {
  view: 'view',
  cart: 'cart',
  purchase: 'purchase',
  remove_from_cart: null,
};
/** The set names none; its publisher's pages show dollars. */
const CURRENCY = 'USD';

async function* readEvents(files: readonly string[]): AsyncGenerator<BehaviourEvent> {
  for (const file of files) {
    for await (const row of readTable(file, { columns: COLUMNS })) {
      const { event_time, event_type, product_id, price, user_id, user_session } = row.cells;
      const eventType = types[event_type];
      if (eventType === undefined)
        throw badLine(row, `event_type is '${event_type}', expected ${Object.keys(types).join(', ')}`);
      if (eventType === null) continue;
      const money =
        eventType === 'view' || price === ''
          ? {}
          : { quantity: 1, amount: parseAmount(row, 'price', price), currency: CURRENCY };
      yield createEvent({
        eventId: uuidOfText(`rees46 ${row.file} ${row.line}`),
        eventTime: parseTime(row, 'event_time', event_time),
        eventType,
        userId: user_id,
        sessionId: user_session,
        itemId: product_id,
        ...money,
      });
    }
  }
}

async function* readItems(files: readonly string[], pass: Pass): AsyncGenerator<CatalogItem> {
  const collector = createItemCollector();
  let events = 0;
  for (const file of files)
    for await (const row of readTable(file, { columns: COLUMNS }, pass)) {
      const { event_type, product_id, category_code, brand, price } = row.cells;
      if (types[event_type] !== null) events += 1;
      const category = category_code === '' ? [] : category_code.split('.');
      const kind = category.at(-1)?.replaceAll('_', ' ') ?? 'item';
      collector.note(product_id, {
        title: `${brand === '' ? '' : `${brand} `}${kind} ${product_id}`,
        category,
        brand,
        ...(price === '' ? {} : { price: parseAmount(row, 'price', price) }),
      });
    }
  pass.counted(events);
  yield* collector.items(CURRENCY);
}

/** Months by their first event: their names ('2019-Dec', '2019-Nov') are not in order. */
const byFirstEvent = async (files: readonly string[]): Promise<string[]> => {
  const firsts: { file: string; time: number }[] = [];
  for (const file of files) {
    let time = Number.POSITIVE_INFINITY;
    for await (const row of readTable(file, { columns: COLUMNS })) {
      time = parseTime(row, 'event_time', row.cells.event_time);
      break;
    }
    firsts.push({ file, time });
  }
  return firsts.sort((a, b) => a.time - b.time).map(({ file }) => file);
};

/** A month's file, or a folder of them. */
export const openRees46 = async (path: string): Promise<Dataset> => {
  const files = await byFirstEvent(pickFiles(rees46Source, listFiles(rees46Source, path), /\.csv$/i, '2019-Oct.csv'));
  return createFileDataset({
    name: rees46Source.name,
    catalog: { files, read: (pass) => readItems(files, pass) },
    events: { files, read: () => readEvents(files) },
  });
};

/**
 * YooChoose (RecSys Challenge 2015): clicks and buys of anonymous sessions, without a heading line. Also read: the
 * tab-separated `SessionId ItemId Time` that session-rec and others cut from it.
 * A click of the set is a look at an item's page, so it becomes a view.
 */
import { type BehaviourEvent, type CatalogItem, uuidOfText } from '@nextcart/contracts';
import type { Dataset } from '../dataset.ts';
import { createEvent } from './event-record.ts';
import { createFileDataset, type Pass } from './file-dataset.ts';
import { createItemCollector } from './item-collector.ts';
import { parseAmount, parseEpoch, parseInt32, parseTime } from './parse-cells.ts';
import { type Row, readTable } from './read-table.ts';
import { sortByTime } from './sort-by-time.ts';
import { listFiles, pickFiles, plainName, type SourceDescription } from './source-files.ts';

export const yooChooseSource: SourceDescription = {
  name: 'yoochoose',
  getIt: 'https://www.kaggle.com/datasets/chadgostopp/recsys-challenge-2015 (yoochoose-clicks.dat, yoochoose-buys.dat)',
};

const CLICKS = ['session', 'time', 'item', 'category'] as const;
const BUYS = ['session', 'time', 'item', 'price', 'quantity'] as const;
const CUT = ['SessionId', 'ItemId', 'Time'] as const;

/** One shape for the three kinds of file; a field that a kind does not have is empty. */
type Cells = 'session' | 'time' | 'item' | 'category' | 'price' | 'quantity';
interface Action {
  readonly kind: 'click' | 'buy';
  readonly time: number;
  readonly row: Row<Cells>;
}
const EMPTY: Record<Cells, string> = { session: '', time: '', item: '', category: '', price: '', quantity: '' };

async function* readActions(files: readonly string[], pass: Pass): AsyncGenerator<Action> {
  for (const path of files) {
    const name = plainName(path);
    const buy = /buys/i.test(name);
    if (!buy && name.endsWith('.txt')) {
      for await (const row of readTable(path, { columns: CUT, delimiter: '\t', unquoted: true }, pass)) {
        const { SessionId: session, ItemId: item, Time: time } = row.cells;
        yield {
          kind: 'click',
          time: parseEpoch(row, 'Time', time, 's'),
          row: { ...row, cells: { ...EMPTY, session, item } },
        };
      }
      continue;
    }
    const columns: readonly Cells[] = buy ? BUYS : CLICKS;
    const rows = readTable<Cells>(path, { columns, headless: columns, unquoted: true }, pass);
    for await (const row of rows)
      yield {
        kind: buy ? 'buy' : 'click',
        time: parseTime(row, 'Timestamp', row.cells.time),
        row: { ...row, cells: { ...EMPTY, ...row.cells } },
      };
  }
}

const toEvent = ({ kind, time, row }: Action): BehaviourEvent => {
  const { session, item, category, price, quantity } = row.cells;
  const base = {
    eventId: uuidOfText(`yoochoose ${row.file} ${row.line}`),
    eventTime: time,
    visitorId: session,
    sessionId: session,
    itemId: item,
  };
  if (kind === 'click') {
    // 'S' says that the click came from a special offer; 1–12 and brand numbers are where it was made
    return createEvent({ ...base, eventType: 'view', properties: category ? { category } : {} });
  }
  // where the shop did not record price and quantity both are 0: one piece, its price unknown
  const pieces = parseInt32(row, 'Quantity', quantity) || 1;
  const each = parseAmount(row, 'Price', price);
  return createEvent({
    ...base,
    eventType: 'purchase',
    quantity: pieces,
    amount: each === 0n ? null : each * BigInt(pieces),
  });
};

async function* readEvents(files: readonly string[], pass: Pass): AsyncGenerator<BehaviourEvent> {
  async function* timed() {
    for await (const action of readActions(files, pass)) yield { time: action.time, row: action };
  }
  for await (const { row } of sortByTime(timed(), pass.counted)) yield toEvent(row);
}

async function* readItems(files: readonly string[], pass: Pass): AsyncGenerator<CatalogItem> {
  const collector = createItemCollector();
  for await (const { row } of readActions(files, pass)) {
    const { item, category, price } = row.cells;
    const own = /^(?:[1-9]|1[0-2])$/.test(category) ? { category: [`Category ${category}`] } : {};
    collector.note(item, { ...own, ...(price === '' ? {} : { price: parseAmount(row, 'Price', price) }) });
  }
  yield* collector.items(null);
}

/** A file of clicks, or a folder with yoochoose-clicks.dat and yoochoose-buys.dat (`.txt` cuts where there is no .dat). */
export const openYooChoose = async (path: string): Promise<Dataset> => {
  const all = listFiles(yooChooseSource, path);
  const original = pickFiles(yooChooseSource, all, /(?:clicks|buys)\.dat$/i);
  const files =
    original.length > 0 ? original : pickFiles(yooChooseSource, all, /clicks.*\.(?:dat|txt)$/i, 'yoochoose-clicks.dat');
  return createFileDataset({
    name: yooChooseSource.name,
    catalog: { files, read: (pass) => readItems(files, pass) },
    events: { files, read: (pass) => readEvents(files, pass) },
  });
};

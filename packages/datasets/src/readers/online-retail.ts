/**
 * UCI Online Retail: every line of the file becomes exactly one event, also the odd ones; cleaning decides later.
 * - The id of an event is a hash of invoice and ordinal of the line within the invoice, so the same file in another
 *   packing, or with its days in other files, gives the same ids.
 * - One counter an invoice is kept (25,900 of them): lines of an invoice are not always neighbours.
 */
import { type BehaviourEvent, uuidOfText } from '@nextcart/contracts';
import type { Dataset } from '../dataset.ts';
import { createEvent } from './event-record.ts';
import { createFileDataset, type Pass } from './file-dataset.ts';
import { createItemCollector } from './item-collector.ts';
import { parseAmount, parseInt32, parseTime } from './parse-cells.ts';
import { type Row, readTable, type TableOptions } from './read-table.ts';
import { listFiles, pickFiles, type SourceDescription } from './source-files.ts';

export const onlineRetailSource: SourceDescription = {
  name: 'online-retail',
  getIt: 'https://archive.ics.uci.edu/dataset/352/online+retail (save the sheet as CSV)',
};

const COLUMNS = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
] as const;
type Column = (typeof COLUMNS)[number];
const TABLE: TableOptions<Column> = {
  columns: COLUMNS,
  spellings: { invoice: 'InvoiceNo', price: 'UnitPrice', customerid: 'CustomerID' }, // Online Retail II's headings
};
const CURRENCY = 'GBP';

/** Stock codes that are no goods: postage, fees, discounts, samples, corrections. In the catalogue, and hidden. */
const NOT_GOODS = new Set(['POST', 'DOT', 'M', 'C2', 'D', 'S', 'B', 'BANK CHARGES', 'AMAZONFEE', 'CRUK']);

const stockCode = (row: Row<Column>): string => row.cells.StockCode.trim().toUpperCase();
const toEvent = (row: Row<Column>, ordinal: number): BehaviourEvent => {
  const { cells } = row;
  const invoice = cells.InvoiceNo.trim();
  const quantity = parseInt32(row, 'Quantity', cells.Quantity);
  const price = parseAmount(row, 'UnitPrice', cells.UnitPrice);
  const customer = cells.CustomerID.trim().replace(/\.0$/, ''); // a spreadsheet's integers
  const pieces = Math.abs(quantity);
  return createEvent({
    eventId: uuidOfText(`online-retail ${invoice} ${ordinal}`),
    eventTime: parseTime(row, 'InvoiceDate', cells.InvoiceDate),
    eventType: quantity < 0 ? 'return' : 'purchase',
    userId: customer,
    visitorId: customer === '' ? invoice : null,
    sessionId: invoice,
    itemId: stockCode(row),
    quantity: pieces,
    // a negative price stays negative: cleaning quarantines it as bad_amount
    amount: price * BigInt(pieces),
    currency: CURRENCY,
    properties: { country: cells.Country.trim() },
  });
};

async function* readEvents(files: readonly string[]): AsyncGenerator<BehaviourEvent> {
  const ordinals = new Map<string, number>();
  for (const file of files) {
    for await (const row of readTable(file, TABLE)) {
      const invoice = row.cells.InvoiceNo.trim();
      const ordinal = (ordinals.get(invoice) ?? 0) + 1;
      ordinals.set(invoice, ordinal);
      yield toEvent(row, ordinal);
    }
  }
}

async function* readItems(files: readonly string[], pass: Pass) {
  const collector = createItemCollector();
  let lines = 0;
  for (const file of files)
    for await (const row of readTable(file, TABLE, pass)) {
      lines += 1;
      const itemId = stockCode(row);
      if (itemId === '') continue;
      const price = parseAmount(row, 'UnitPrice', row.cells.UnitPrice);
      collector.note(itemId, { title: row.cells.Description.trim(), price });
    }
  pass.counted(lines);
  for (const item of collector.items(CURRENCY)) yield { ...item, hidden: NOT_GOODS.has(item.itemId) };
}

/** A CSV of the sheet, or a folder of CSVs (one a day, in the order of their names). */
export const openOnlineRetail = async (path: string): Promise<Dataset> => {
  const files = pickFiles(onlineRetailSource, listFiles(onlineRetailSource, path), /\.csv$/i, 'online_retail.csv');
  return createFileDataset({
    name: onlineRetailSource.name,
    catalog: { files, read: (pass) => readItems(files, pass) },
    events: { files, read: () => readEvents(files) },
  });
};

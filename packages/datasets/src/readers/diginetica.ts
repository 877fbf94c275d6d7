/**
 * Diginetica (CIKM Cup 2016): views, purchases and searches. `timeframe` is ms since the session's first query on
 * `eventdate`, so days are exact and times of day are not known. Clicks on result pages name only their query and lead
 * to a view that is there, and queries without words are visits of a category: both are left out.
 */
import { type BehaviourEvent, type CatalogItem, parseMoney, uuidOfText } from '@nextcart/contracts';
import type { Dataset } from '../dataset.ts';
import { createEvent, createItem } from './event-record.ts';
import { createFileDataset, type Pass } from './file-dataset.ts';
import { parseInt32, parseTime } from './parse-cells.ts';
import { badLine, type Row, readTable } from './read-table.ts';
import { sortByTime } from './sort-by-time.ts';
import { listFiles, pickFiles, type SourceDescription } from './source-files.ts';

export const digineticaSource: SourceDescription = {
  name: 'diginetica',
  getIt: 'https://competitions.codalab.org/competitions/11161 (dataset-train-diginetica)',
};

const SESSION = ['sessionId', 'userId', 'timeframe', 'eventdate'] as const;
type Cells = (typeof SESSION)[number] | 'itemId' | 'ordernumber' | 'searchstringTokens';
type Kind = 'view' | 'purchase' | 'search';
interface Action {
  readonly kind: Kind;
  readonly time: number;
  readonly row: { readonly file: string; readonly line: number; readonly cells: Partial<Record<Cells, string>> };
}
const DELIMITER = ';';

interface Files {
  readonly views: string;
  readonly purchases: string | undefined;
  readonly queries: string | undefined;
  readonly products: string | undefined;
  readonly categories: string | undefined;
}

const timeOf = (row: Row<(typeof SESSION)[number]>): number =>
  parseTime(row, 'eventdate', row.cells.eventdate) + Math.max(0, parseInt32(row, 'timeframe', row.cells.timeframe));

async function* readActions({ views, purchases, queries }: Files, pass: Pass): AsyncGenerator<Action> {
  const read = async function* (kind: Kind, path: string | undefined, ...own: Cells[]): AsyncGenerator<Action> {
    if (path === undefined) return;
    const rows = readTable<Cells>(path, { columns: [...SESSION, ...own], delimiter: DELIMITER }, pass);
    for await (const row of rows) yield { kind, time: timeOf(row), row };
  };
  yield* read('view', views, 'itemId');
  yield* read('purchase', purchases, 'itemId', 'ordernumber');
  for await (const action of read('search', queries, 'searchstringTokens'))
    if (action.row.cells.searchstringTokens) yield action;
}

const known = (text: string | undefined): string | null => (text === undefined || text === 'NA' ? null : text);

const toEvent = ({ kind, time, row }: Action): BehaviourEvent => {
  const { sessionId, userId, itemId, ordernumber, searchstringTokens } = row.cells;
  return createEvent({
    eventId: uuidOfText(`diginetica ${row.file} ${row.line}`),
    eventTime: time,
    eventType: kind,
    visitorId: sessionId ?? null,
    userId: known(userId),
    sessionId: sessionId ?? null,
    itemId: itemId ?? null,
    query: searchstringTokens?.replaceAll(',', ' ') ?? null,
    quantity: kind === 'purchase' ? 1 : null,
    properties: ordernumber === undefined ? {} : { ordernumber },
  });
};

async function* readEvents(files: Files, pass: Pass): AsyncGenerator<BehaviourEvent> {
  async function* timed() {
    for await (const action of readActions(files, pass)) yield { time: action.time, row: action };
  }
  for await (const { row } of sortByTime(timed(), pass.counted)) yield toEvent(row);
}

/** Prices are published as log₂(price + 1), in an unnamed currency. */
const priceOf = (row: Row<'pricelog2'>): bigint => {
  const price = 2 ** Number(row.cells.pricelog2) - 1;
  if (!(price < 1e13)) throw badLine(row, `pricelog2 is '${row.cells.pricelog2}', expected a logarithm`);
  return parseMoney(Math.max(0, price).toFixed(2));
};

async function* readItems({ products, categories }: Files, pass: Pass): AsyncGenerator<CatalogItem> {
  if (products === undefined) return;
  const categoryOf = new Map<string, string>();
  if (categories !== undefined) {
    const rows = readTable(categories, { columns: ['itemId', 'categoryId'], delimiter: DELIMITER }, pass);
    for await (const { cells } of rows) categoryOf.set(cells.itemId, cells.categoryId);
  }
  const columns = ['itemId', 'pricelog2', 'productNameTokens'] as const;
  for await (const row of readTable(products, { columns, delimiter: DELIMITER }, pass)) {
    const { itemId, productNameTokens } = row.cells;
    const category = categoryOf.get(itemId);
    yield createItem({
      itemId,
      title: productNameTokens.replaceAll(',', ' ') || itemId,
      category: category === undefined ? [] : [`Category ${category}`],
      price: priceOf(row),
    });
  }
}

const present = (...paths: (string | undefined)[]): string[] => paths.filter((path) => path !== undefined);

/** The folder with train-item-views.csv and, where they are there, purchases, queries, products and categories. */
export const openDiginetica = async (path: string): Promise<Dataset> => {
  const all = listFiles(digineticaSource, path);
  const optional = (pattern: RegExp) => pickFiles(digineticaSource, all, pattern)[0];
  const files: Files = {
    views: pickFiles(digineticaSource, all, /item-views\.csv$/, 'train-item-views.csv')[0] as string,
    purchases: optional(/purchases\.csv$/),
    queries: optional(/queries\.csv$/),
    products: optional(/^products\.csv$/),
    categories: optional(/^product-categories\.csv$/),
  };
  return createFileDataset({
    name: digineticaSource.name,
    catalog: { files: present(files.products, files.categories), read: (pass) => readItems(files, pass) },
    events: { files: present(files.views, files.purchases, files.queries), read: (pass) => readEvents(files, pass) },
  });
};

/**
 * trivago RecSys Challenge 2019: hotels. A clickout is a click with the shown list and prices in its properties; every
 * other action on an item is a view that says which; searches for places are searches. Filters and sort orders are
 * about no item and no query, and are left out.
 */
import { type BehaviourEvent, type CatalogItem, uuidOfText } from '@nextcart/contracts';
import type { Dataset } from '../dataset.ts';
import { createEvent, createItem } from './event-record.ts';
import { createFileDataset, type Pass } from './file-dataset.ts';
import { createItemCollector } from './item-collector.ts';
import { parseEpoch } from './parse-cells.ts';
import { badLine, type Row, readTable } from './read-table.ts';
import { sortByTime } from './sort-by-time.ts';
import { listFiles, pickFiles, type SourceDescription } from './source-files.ts';

export const trivagoSource: SourceDescription = {
  name: 'trivago',
  getIt: 'https://recsys.trivago.cloud/challenge/dataset/ (train.csv, item_metadata.csv)',
};

const COLUMNS = [
  'user_id',
  'session_id',
  'timestamp',
  'action_type',
  'reference',
  'device',
  'platform',
  'impressions',
  'prices',
] as const;
type ActionRow = Row<(typeof COLUMNS)[number]>;
/** Prices are shown in euros whatever the platform. */
const CURRENCY = 'EUR';
const LEFT_OUT = new Set(['filter selection', 'change of sort order']);

type What = Pick<BehaviourEvent, 'eventType' | 'itemId' | 'query'> & { properties: Record<string, string> };
const whatOf = (row: ActionRow): What => {
  const { action_type: action, reference, impressions, prices } = row.cells;
  // 'unknown' and the like name no item: such a line comes through and is quarantined as missing_item
  const itemId = /^\d+$/.test(reference) ? reference : null;
  switch (action) {
    case 'clickout item':
      return { eventType: 'click', itemId, query: null, properties: { impressions, prices } };
    case 'search for destination':
    case 'search for poi':
      return { eventType: 'search', itemId: null, query: reference, properties: { action } };
    case 'search for item':
    case 'interaction item image':
    case 'interaction item info':
    case 'interaction item rating':
    case 'interaction item deals':
      return { eventType: 'view', itemId, query: null, properties: { action } };
    default:
      throw badLine(row, `action_type is '${action}', which the format does not have`);
  }
};

async function* readActions(files: readonly string[], pass: Pass): AsyncGenerator<ActionRow> {
  for (const file of files)
    for await (const row of readTable(file, { columns: COLUMNS }, pass))
      if (!LEFT_OUT.has(row.cells.action_type)) yield row;
}

async function* readEvents(files: readonly string[], pass: Pass): AsyncGenerator<BehaviourEvent> {
  async function* timed() {
    for await (const row of readActions(files, pass))
      yield { time: parseEpoch(row, 'timestamp', row.cells.timestamp, 's'), row };
  }
  for await (const { time, row } of sortByTime(timed(), pass.counted)) {
    const { user_id: userId, session_id: sessionId, device, platform } = row.cells;
    const { properties, ...what } = whatOf(row);
    yield createEvent({
      eventId: uuidOfText(`trivago ${row.file} ${row.line}`),
      eventTime: time,
      ...what,
      userId,
      sessionId,
      properties: { ...properties, device, platform },
    });
  }
}

async function* readMetadata(file: string, pass: Pass): AsyncGenerator<CatalogItem> {
  for await (const { cells } of readTable(file, { columns: ['item_id', 'properties'] }, pass))
    yield createItem({
      itemId: cells.item_id,
      title: `Hotel ${cells.item_id}`,
      description: cells.properties.replaceAll('|', ', ') || null,
    });
}

/** Without item_metadata.csv: the hotels that were acted on or shown, with the median of their shown prices. */
async function* readItems(files: readonly string[], pass: Pass): AsyncGenerator<CatalogItem> {
  const collector = createItemCollector();
  for await (const row of readActions(files, pass)) {
    const { itemId } = whatOf(row);
    if (itemId !== null) collector.note(itemId, { title: `Hotel ${itemId}` });
    if (row.cells.impressions === '') continue;
    const prices = row.cells.prices.split('|');
    for (const [place, shown] of row.cells.impressions.split('|').entries()) {
      const price = /^\d+$/.test(prices[place] ?? '') ? BigInt(prices[place] as string) * 10_000n : 0n;
      collector.note(shown, { title: `Hotel ${shown}`, price });
    }
  }
  yield* collector.items(CURRENCY);
}

/** A sessions file, or a folder with it and, where there is one, item_metadata.csv. */
export const openTrivago = async (path: string): Promise<Dataset> => {
  const all = listFiles(trivagoSource, path);
  const [metadata] = pickFiles(trivagoSource, all, /item_metadata.*\.csv$/i);
  const files = pickFiles(trivagoSource, all, /^(?!.*(?:item_metadata|submission|confirmation)).*\.csv$/i, 'train.csv');
  return createFileDataset({
    name: trivagoSource.name,
    catalog:
      metadata === undefined
        ? { files, read: (pass) => readItems(files, pass) }
        : { files: [metadata], read: (pass) => readMetadata(metadata, pass) },
    events: { files, read: (pass) => readEvents(files, pass) },
  });
};

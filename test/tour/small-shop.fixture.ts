/** A shop for chapter 6: three shelves of eight items, of which lamps sell best; items go with their shelf's next. */
import {
  type CatalogItem,
  createItemIndex,
  type EventType,
  eventTypes,
  type SnapshotPayloads,
  TRENDING_HALF_LIVES_S,
} from '@nextcart/contracts';
import { createHistoryView, createSubjectState, foldEvent, readHistory } from '@nextcart/events';
import { createCatalogFeatures, createParts, createRanker, type RankedList } from '@nextcart/ranking';

export const NOON = Date.UTC(2026, 0, 5, 12);
const shelves = ['coffee', 'tea', 'lamp'] as const;
const colours = ['red', 'blue', 'green', 'black', 'white', 'golden', 'silver', 'purple'];
const SHELF = colours.length;

export const catalogue: readonly CatalogItem[] = shelves.flatMap((shelf) =>
  colours.map((colour, n) => ({
    ...{ itemId: `${shelf}-${n}`, title: `${colour} ${shelf}`, description: null, brand: null, attributes: {} },
    ...{ category: [shelf === 'lamp' ? 'Living' : 'Kitchen', shelf], price: 99_900n, currency: 'EUR', stock: 5 },
    ...{ hidden: false, availableFrom: null, availableUntil: null, repurchaseDays: null },
  })),
);
const ids = catalogue.map(({ itemId }) => itemId);

/** Later in the catalogue is more in demand, so lamp-7 leads. */
export const trending: SnapshotPayloads['trending'] = {
  items: ids,
  scores: Float32Array.from({ length: TRENDING_HALF_LIVES_S.length * ids.length }, (_, at) => 1 + (at % ids.length)),
};
/** Each item was seen with the next two of its shelf. */
export const covisits: SnapshotPayloads['covisits'] = {
  items: ids,
  rowStart: Int32Array.from({ length: ids.length + 1 }, (_, row) => 2 * row),
  columns: Int32Array.from(
    ids.flatMap((_, at) => [1, 2].map((step) => at - (at % SHELF) + (((at % SHELF) + step) % SHELF))),
  ),
  weights: Float32Array.from(ids.flatMap(() => [4, 2])),
};

/** What was done, and to which item or with which words. */
export type Deed = readonly [type: EventType, what: string];

/** The list of somebody who did this, a second apart; `over` changes items of the catalogue. */
export const listFor = (
  deeds: readonly Deed[],
  over: Readonly<Record<string, Partial<CatalogItem>>> = {},
): RankedList => {
  const index = createItemIndex();
  for (const id of ids) index.add(id);
  const item = (at: number) => ({ ...(catalogue[at] as CatalogItem), ...over[index.id(at)] });
  const features = createCatalogFeatures({ index, catalog: { item } });
  for (const at of ids.keys()) features.refresh(at);
  const parts = createParts({ index, features, snapshots: { trending, covisits } });
  const ranker = createRanker({ parts, index, features });

  const state = createSubjectState('somebody');
  deeds.forEach(([type, what], offset) => {
    const itemIndex = type === 'search' ? -1 : index.add(what);
    const query = type === 'search' ? what : null;
    const who = { sessionId: null, userId: null, events: null };
    foldEvent(
      state,
      { offset, eventTime: NOON + 1000 * offset, type: eventTypes.indexOf(type), itemIndex, query, ...who },
      index,
    );
  });
  const now = NOON + 1000 * deeds.length;
  return ranker.rank([{ history: readHistory(state, createHistoryView()), now }])[0] as RankedList;
};

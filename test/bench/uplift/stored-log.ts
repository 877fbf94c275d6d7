/** The log of one arm in a ClickHouse database of its own: rows as ingest makes them of records that are accepted. */
import type { Store } from '@nextcart/clickhouse';
import { type BehaviourEvent, type CatalogItem, formatMoney, planToken } from '@nextcart/contracts';
import type { CatalogState, Rates } from '@nextcart/events';
import { untilAnswered } from './until-answered.ts';

/** One partition: all subjects in the order of the shop's clock. */
export const PARTITION = 0;
export const TOPIC_ID = '0d5a8d0e-6b1f-4c57-9b5e-7d2f6a1c9e24';
export const CATALOG_TOPIC_ID = '0d5a8d0e-6b1f-4c57-9b5e-7d2f6a1c9e25';

const MOST_ROWS = 20_000;

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

export interface StoredLog {
  /** Its offset. */
  append(event: BehaviourEvent): number;
  /** Its offset. */
  appendItem(item: CatalogItem, at: number): number;
  /** All that was appended is in the store when it resolves. */
  flush(): Promise<void>;
  /** Events so far: the next offset. */
  next(): number;
}

export const createStoredLog = (store: Store, deps: { catalog: CatalogState; rates: Rates }): StoredLog => {
  const { catalog, rates } = deps;
  let events: object[] = [];
  let items: object[] = [];
  let [nextEvent, nextItem] = [0, 0];
  /** Asked again under its token, which makes what was done already nothing. */
  const insert = (table: string, rows: readonly object[], token: string) =>
    untilAnswered(() => store.insertRows(table, rows, { token }));

  const eventRow = (event: BehaviourEvent, offset: number) => {
    const { itemId, amount, currency } = event;
    const facts = itemId === null ? undefined : catalog.get(itemId);
    const money = amount === null ? null : formatMoney(amount);
    const base = amount === null ? null : rates.toBase(amount, currency ?? '');
    return {
      ...{ topic_id: TOPIC_ID, partition: PARTITION, offset, outcome: 'accepted', source: 'live', schema_id: 1 },
      ...{ appended_at: seconds(event.eventTime), received_at: seconds(event.eventTime) },
      ...{ category: facts?.category ?? '', brand: facts?.brand ?? '' },
      ...{ line_amount: money, line_currency: currency ?? '', base_amount: base === null ? null : formatMoney(base) },
      ...{ event_id: event.eventId, event_time: seconds(event.eventTime), event_type: event.eventType },
      ...{ visitor_id: event.visitorId, user_id: event.userId, session_id: event.sessionId, item_id: itemId },
      ...{ query: event.query, quantity: event.quantity, amount: money, currency, recomm_id: event.recommId },
      properties: event.properties,
    };
  };
  const itemRow = (item: CatalogItem, offset: number, at: number) => ({
    ...{ topic_id: CATALOG_TOPIC_ID, partition: PARTITION, offset, outcome: 'accepted', appended_at: seconds(at) },
    ...{ item_id: item.itemId, title: item.title, description: item.description, category: item.category },
    ...{ brand: item.brand, price: item.price === null ? null : formatMoney(item.price), currency: item.currency },
    ...{ stock: item.stock, hidden: item.hidden, repurchase_days: item.repurchaseDays, attributes: item.attributes },
  });

  return {
    next: () => nextEvent,
    append: (event) => {
      events.push(eventRow(event, nextEvent));
      nextEvent += 1;
      return nextEvent - 1;
    },
    appendItem: (item, at) => {
      items.push(itemRow(item, nextItem, at));
      nextItem += 1;
      return nextItem - 1;
    },
    flush: async () => {
      const [rows, itemRows] = [events, items];
      [events, items] = [[], []];
      for (let start = 0; start < rows.length; start += MOST_ROWS) {
        const some = rows.slice(start, start + MOST_ROWS);
        const first = nextEvent - rows.length + start;
        await insert('events', some, planToken(TOPIC_ID, PARTITION, first, first + some.length - 1));
      }
      if (itemRows.length > 0)
        await insert(
          'catalog',
          itemRows,
          planToken(CATALOG_TOPIC_ID, PARTITION, nextItem - itemRows.length, nextItem - 1),
        );
    },
  };
};

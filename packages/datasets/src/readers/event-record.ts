import { type BehaviourEvent, type CatalogItem, subjectOf } from '@nextcart/contracts';
import type { DatasetRecord, Tell } from '../dataset.ts';

type Needed = 'eventId' | 'eventTime' | 'eventType';
export type EventParts = Pick<BehaviourEvent, Needed> & Partial<Omit<BehaviourEvent, Needed>>;

/** A whole event; what is not given is null. An empty text is a missing one. */
export const createEvent = (parts: EventParts): BehaviourEvent => ({
  eventId: parts.eventId,
  eventTime: parts.eventTime,
  eventType: parts.eventType,
  visitorId: parts.visitorId || null,
  userId: parts.userId || null,
  sessionId: parts.sessionId || null,
  itemId: parts.itemId || null,
  query: parts.query || null,
  quantity: parts.quantity ?? null,
  amount: parts.amount ?? null,
  currency: parts.currency ?? null,
  recommId: parts.recommId ?? null,
  properties: parts.properties ?? {},
});

export const createItem = (parts: Pick<CatalogItem, 'itemId'> & Partial<CatalogItem>): CatalogItem => ({
  title: '',
  description: null,
  category: [],
  brand: null,
  price: null,
  currency: null,
  stock: null,
  hidden: false,
  availableFrom: null,
  availableUntil: null,
  repurchaseDays: null,
  attributes: {},
  ...parts,
});

/** Passed-over events between two calls of `tell`: often enough for a stop to be prompt. */
const TELL_EVERY = 1000;

/**
 * Events as records, from number `from` on. The clock is the newest event time so far, so it never falls.
 * Returns how many events there were, those before `from` included.
 */
export async function* eventRecords(
  events: AsyncIterable<BehaviourEvent>,
  from: number,
  tell?: Tell,
): AsyncGenerator<DatasetRecord, number> {
  let number = 0;
  let clock = 0;
  for await (const event of events) {
    clock = Math.max(clock, event.eventTime);
    if (number >= from) yield { topic: 'events', key: subjectOf(event), clock, event };
    else if (number % TELL_EVERY === 0) tell?.({ what: 'going to where it was stopped', done: number, total: from });
    number += 1;
  }
  return number;
}

export async function* itemRecords(
  items: Iterable<CatalogItem> | AsyncIterable<CatalogItem>,
): AsyncGenerator<DatasetRecord> {
  for await (const item of items) yield { topic: 'catalog', key: item.itemId, clock: 0, item };
}

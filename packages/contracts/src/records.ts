import type { Outcome } from './outcomes.ts';

export const eventTypes = [
  'search',
  'view',
  'click',
  'cart',
  'purchase',
  'return',
  'impression',
  'dismiss',
  'identify',
  'history',
] as const;
export type EventType = (typeof eventTypes)[number];

/** A decoded behaviour event: the fields of `behaviour-event.avsc`. Money in units (see money.ts), times in epoch ms. */
export interface BehaviourEvent {
  eventId: string;
  eventTime: number;
  eventType: EventType;
  visitorId: string | null;
  userId: string | null;
  sessionId: string | null;
  itemId: string | null;
  query: string | null;
  quantity: number | null;
  amount: bigint | null;
  currency: string | null;
  recommId: string | null;
  properties: Record<string, string>;
}

/**
 * The subject of an event: the customer, else the device. `identify` belongs to the device's own log, because it tells
 * the device's owner to hand its history over. An empty id counts as missing; null where nobody is named.
 */
export const subjectOf = (event: Pick<BehaviourEvent, 'eventType' | 'userId' | 'visitorId'>): string | null =>
  (event.eventType === 'identify' ? event.visitorId : event.userId || event.visitorId) || null;

/** Rows that count as the subject's history: late ones came late, but happened. */
export const isKept = (outcome: Outcome): boolean => outcome === 'accepted' || outcome === 'late';

/** A decoded catalogue item: the fields of `catalog-item.avsc`. */
export interface CatalogItem {
  itemId: string;
  title: string;
  description: string | null;
  category: string[];
  brand: string | null;
  price: bigint | null;
  currency: string | null;
  stock: number | null;
  hidden: boolean;
  availableFrom: number | null;
  availableUntil: number | null;
  repurchaseDays: number | null;
  attributes: Record<string, string>;
}

export const listSources = [
  'history',
  'covisit',
  'copurchase',
  'neighbours',
  'content',
  'trending',
  'autoencoder',
  'linear',
  'recurrent',
] as const;
export type ListSource = (typeof listSources)[number];

export interface Reason {
  kind: string;
  subject: string;
  weight: number;
}

export interface RecommendedItem {
  itemId: string;
  score: number;
  source: ListSource;
  title: string;
  category: string;
  price: bigint | null;
  currency: string | null;
  reasons: Reason[];
}

/** What a subject may buy next, where it buys at all. */
export interface NextPurchase {
  itemId: string;
  /** In [0, 1], calibrated: of those with .1 one in ten is what comes. */
  probability: number;
}

/** A decoded list: the fields of `recommendation-list.avsc`. */
export interface RecommendationList {
  subject: string;
  recommId: string;
  items: RecommendedItem[];
  release: string;
  snapshots: Record<string, string>;
  catalogPosition: string;
  partition: number;
  triggerOffset: number;
  eventTime: number;
  appendedAt: number;
  receivedAt: number;
  stateAt: number;
  scoredAt: number;
  publishedAt: number;
  expiresAt: number;
  nextPurchases: NextPurchase[];
}

export interface DeadLetter {
  topic: string;
  topicId: string;
  partition: number;
  offset: number;
  appendedAt: number;
  reason: string;
  fieldPath: string;
  schemaId: number;
  key: Buffer | null;
  value: Buffer | null;
}

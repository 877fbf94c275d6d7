/** Hand-made rows of `events` for tests of windows, snapshots and dashboards, here and in other rooms. */
import type { EventType, Outcome, ReasonCode } from '@nextcart/contracts';
import { createLogger } from '@nextcart/runtime';
import type { Store } from './store.ts';

export const TOPIC_ID = '6f1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e01';
export const testLog = createLogger('test', 'error');

export interface TestEvent {
  /** `TOPIC_ID` where absent. */
  readonly topicId?: string;
  readonly partition: number;
  readonly offset: number;
  /** Epoch ms. */
  readonly time: number;
  readonly type: EventType;
  readonly subject: string;
  readonly outcome?: Outcome;
  readonly flags?: number;
  readonly item?: string | null;
  readonly category?: string;
  readonly brand?: string;
  readonly query?: string | null;
  readonly session?: string | null;
  readonly quantity?: number | null;
  /** Decimal text. */
  readonly amount?: string | null;
  readonly currency?: string;
  readonly baseAmount?: string | null;
  readonly source?: string;
  readonly receivedAt?: number;
  readonly reason?: ReasonCode;
  readonly recommId?: string | null;
}

const decimalSeconds = (ms: number): string => (ms / 1000).toFixed(3);

const eventRow = (event: TestEvent) => ({
  topic_id: event.topicId ?? TOPIC_ID,
  partition: event.partition,
  offset: event.offset,
  appended_at: decimalSeconds(event.time),
  received_at: decimalSeconds(event.receivedAt ?? event.time),
  source: event.source ?? 'live',
  outcome: event.outcome ?? 'accepted',
  reason: event.reason ?? '',
  schema_id: 1,
  flags: event.flags ?? 0,
  category: event.category ?? '',
  brand: event.brand ?? '',
  line_amount: event.amount ?? null,
  line_currency: event.currency ?? '',
  base_amount: event.baseAmount ?? null,
  event_time: decimalSeconds(event.time),
  event_type: event.type,
  visitor_id: event.subject,
  session_id: event.session ?? null,
  item_id: event.item ?? null,
  query: event.query ?? null,
  quantity: event.quantity ?? null,
  recomm_id: event.recommId ?? null,
});

/** One planned batch. */
export const insertTestEvents = (store: Store, events: readonly TestEvent[], token: string): Promise<void> =>
  store.insertRows('events', events.map(eventRow), { token });

import { avroType, landingSchema } from '@nextcart/contracts';
import { createLogger } from '@nextcart/runtime';

/** For this package's tests: encoded rows of `events`. */
export const TOPIC_ID = '11111111-1111-4111-8111-111111111111';
export const log = createLogger('test', 'error');

const type = avroType(landingSchema());
export const EVENT_TIME = 1_795_488_748_705;

/** An accepted view of item `i<offset>` by `u1`, partition 0; `over` replaces columns. */
export const eventRow = (offset: number, over: Record<string, unknown> = {}): Buffer =>
  type.toBuffer({
    topic_id: TOPIC_ID,
    partition: 0,
    offset,
    appended_at: EVENT_TIME + offset,
    received_at: EVENT_TIME + offset,
    source: 'live',
    outcome: 'accepted',
    reason: '',
    field_path: '',
    raw: Buffer.alloc(0),
    schema_id: 1,
    flags: 0,
    category: 'Home > Kitchen',
    brand: '',
    line_amount: null,
    line_currency: '',
    base_amount: null,
    event_id: `0b5c1a1e-93c1-4b39-8f3e-${String(offset).padStart(12, '0')}`,
    event_time: EVENT_TIME + offset,
    event_type: 'view',
    visitor_id: 'v1',
    user_id: 'u1',
    session_id: null,
    item_id: `i${offset}`,
    query: null,
    quantity: null,
    amount: null,
    currency: null,
    recomm_id: null,
    properties: {},
    ...over,
  });

/** `count` rows from offset `first` on. */
export const eventRows = (first: number, count: number, over: Record<string, unknown> = {}): Buffer[] =>
  Array.from({ length: count }, (_, i) => eventRow(first + i, over));

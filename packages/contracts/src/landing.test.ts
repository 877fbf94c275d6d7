import { expect, test } from 'vitest';
import { avroType, behaviourEventCodec } from './codecs.ts';
import { landingEventFields, landingPrefix, landingSchema } from './landing.ts';
import type { BehaviourEvent } from './records.ts';

const event: BehaviourEvent = {
  eventId: '0b5c1a1e-93c1-4b39-8f3e-2f3f4c1b7a10',
  eventTime: 1_795_488_748_705,
  eventType: 'cart',
  visitorId: 'v',
  userId: null,
  sessionId: null,
  itemId: 'ü',
  query: null,
  quantity: 2,
  amount: 123_456n,
  currency: 'EUR',
  recommId: null,
  properties: { a: 'b' },
};
const prefix = {
  topic_id: 'b0f6d4f2-0000-4000-8000-000000000000',
  partition: 3,
  offset: 42,
  appended_at: 1,
  received_at: 2,
  source: 'live',
  outcome: 'accepted',
  reason: '',
  field_path: '',
  raw: Buffer.alloc(0),
  schema_id: 7,
  flags: 1,
  category: 'Home > Kitchen',
  brand: '',
  line_amount: 123_456n,
  line_currency: 'EUR',
  base_amount: null,
};

test("a prefix and an event's own bytes are a row, nothing decoded on the way (law 3)", () => {
  const head = avroType(JSON.stringify({ type: 'record', name: 'Prefix', fields: landingPrefix })).toBuffer(prefix);
  const row = avroType(landingSchema()).fromBuffer(
    Buffer.concat([head, behaviourEventCodec().encode(event)]),
  ) as object;
  const columns = Object.values(event);
  expect({ ...row }).toEqual({
    ...prefix,
    ...Object.fromEntries(landingEventFields().map(({ name }, at) => [name, columns[at]])),
  });
});

test('columns are named in snake case', () => {
  expect(
    landingEventFields()
      .map(({ name }) => name)
      .slice(0, 4),
  ).toEqual(['event_id', 'event_time', 'event_type', 'visitor_id']);
});

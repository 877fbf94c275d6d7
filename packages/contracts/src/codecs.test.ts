import { expect, test } from 'vitest';
import { behaviourEventCodec, createCodec, modelReleaseCodec, recommendationListCodec } from './codecs.ts';
import type { BehaviourEvent } from './records.ts';
import { schemaText } from './schemas.ts';

const purchase: BehaviourEvent = {
  eventId: '0b5c1a1e-93c1-4b39-8f3e-2f3f4c1b7a10',
  eventTime: 1_795_488_748_705,
  eventType: 'purchase',
  visitorId: 'v1',
  userId: null,
  sessionId: null,
  itemId: 'i1',
  query: null,
  quantity: 2,
  amount: 123_456n,
  currency: 'EUR',
  recommId: null,
  properties: { device: 'mobile' },
};

test('an event comes back from its bytes as it went in, money to the last unit', () => {
  const codec = behaviourEventCodec();
  expect(codec.decode(codec.encode(purchase))).toEqual(purchase);
});

test('bytes left over are an error, not ignored', () => {
  const codec = behaviourEventCodec();
  expect(() => codec.decode(Buffer.concat([codec.encode(purchase), Buffer.from([1])]))).toThrow(/trailing|truncated/);
});

test('a list with nested items and money comes back whole', () => {
  const codec = recommendationListCodec();
  const item = {
    itemId: 'i1',
    score: 0.5,
    source: 'covisit' as const,
    title: 'Cup',
    category: 'Home > Kitchen',
    price: 19_900n,
    currency: 'EUR',
    reasons: [{ kind: 'viewed', subject: 'i2', weight: 1 }],
  };
  const list = {
    subject: 'u1',
    recommId: 'r',
    items: [item],
    release: 'untrained',
    snapshots: { trending: 'abc' },
    catalogPosition: '3',
    partition: 1,
    triggerOffset: 7,
    eventTime: 1,
    appendedAt: 2,
    receivedAt: 3,
    stateAt: 4,
    scoredAt: 5,
    publishedAt: 6,
    expiresAt: 7,
    nextPurchases: [{ itemId: 'i9', probability: 0.25 }],
  };
  const back = codec.decode(codec.encode(list));
  expect(back.items[0]?.price).toBe(19_900n);
  expect(JSON.parse(JSON.stringify(back, (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v)))).toEqual(
    JSON.parse(JSON.stringify(list, (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v))),
  );
});

test('money that an older version wrote is read to the last unit, as a decimal and as plain bytes', () => {
  const newest = schemaText('behaviour-event');
  const schema = JSON.parse(newest) as { fields: { name: string }[] };
  schema.fields = schema.fields.filter(({ name }) => name !== 'recommId');
  const { recommId: _, ...old } = purchase;
  const plain = schema.fields.map((field) => (field.name === 'amount' ? { ...field, type: ['null', 'bytes'] } : field));
  const cases = [
    [schema, old],
    [
      { ...schema, fields: plain },
      { ...old, amount: Buffer.of(0x01, 0xe2, 0x40) },
    ],
  ] as const;
  for (const [older, event] of cases) {
    const text = JSON.stringify(older);
    const datum = createCodec<object>(text).encode(event);
    expect(createCodec<BehaviourEvent>(newest, text).decode(datum)).toEqual({ ...purchase, amount: 123_456n });
  }
});

test('what is interleaved comes back as it went in; a release says nothing of it', () => {
  const codec = modelReleaseCodec();
  const release = {
    ...{ releaseId: 'r', at: 1, artifactUri: 'file:///r', artifactHash: 'h', trainingRange: {}, metrics: {} },
    ...{ decision: null, partition: null, fromOffset: null },
  };
  const interleaving = { against: 'q', share: 0.2 };
  const back = codec.decode(codec.encode({ ...release, kind: 'interleaved', interleaving }));
  expect({ ...back.interleaving }).toEqual(interleaving);
  expect(codec.decode(codec.encode({ ...release, kind: 'released' }))).toEqual({
    ...release,
    kind: 'released',
    interleaving: null,
  });
});

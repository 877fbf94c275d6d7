import {
  avroType,
  listSources,
  type RecommendationList,
  recommendationListCodec,
  schemaText,
} from '@nextcart/contracts';
import { createDatumView, createWalker } from '@nextcart/events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createListTrimmer } from './trim-list.ts';

const codec = recommendationListCodec();
const walker = createWalker(schemaText('recommendation-list'));
const view = createDatumView(walker.fields.length);
const itemsField = walker.field('items');

/** The schema with the first three fields of an item. */
const trimmedType = () => {
  const schema = JSON.parse(schemaText('recommendation-list')) as {
    fields: { name: string; type: { items: { fields: unknown[] } } }[];
  };
  const items = schema.fields.find(({ name }) => name === 'items');
  if (items === undefined) throw new Error('a list without items');
  items.type.items.fields = items.type.items.fields.slice(0, 3);
  return avroType(JSON.stringify(schema));
};
const reference = trimmedType();

const trim = createListTrimmer();
const trimmed = (bytes: Buffer, start: number): unknown => {
  expect(walker.walk(bytes, start, bytes.length, view)).toBe(true);
  const [from, to, count] = [view.starts, view.ends, view.numbers].map((each) => each[itemsField] as number);
  return reference.fromBuffer(trim(bytes, start, { from: from as number, to: to as number, count: count as number }));
};
/** What avsc makes of the whole, without what a row does not keep. */
const expected = (list: RecommendationList): unknown => {
  const kept = { ...list, items: list.items.map(({ itemId, score, source }) => ({ itemId, score, source })) };
  return reference.fromBuffer(reference.toBuffer(kept));
};

const text = fc.string({ unit: 'binary', maxLength: 90 });
const reason = fc.record({ kind: text, subject: text, weight: fc.double({ noNaN: true }) });
const item = fc.record({
  itemId: text,
  score: fc.double({ noNaN: true }),
  source: fc.constantFrom(...listSources),
  title: text,
  category: text,
  price: fc.option(fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n })),
  currency: fc.option(text),
  reasons: fc.array(reason, { maxLength: 3 }),
});
const at = fc.nat();
const list: fc.Arbitrary<RecommendationList> = fc.record({
  ...{ subject: text, recommId: text, items: fc.array(item, { maxLength: 70 }), release: text },
  ...{ snapshots: fc.dictionary(text, text), catalogPosition: text, partition: fc.nat(), triggerOffset: fc.integer() },
  ...{ eventTime: at, appendedAt: at, receivedAt: at, stateAt: at, scoredAt: at, publishedAt: at, expiresAt: at },
  nextPurchases: fc.array(fc.record({ itemId: text, probability: fc.double({ noNaN: true }) }), { maxLength: 5 }),
});

test('a trimmed list is what avsc makes of it, but for what a row does not keep', () => {
  fc.assert(
    fc.property(list, fc.nat({ max: 9 }), (some, start) => {
      expect(trimmed(Buffer.concat([Buffer.alloc(start, 7), codec.encode(some)]), start)).toEqual(expected(some));
    }),
    { numRuns: 300 },
  );
});

test('items in several blocks, with their sizes or without, are those of one', () => {
  const [some] = fc.sample(
    list.filter(({ items }) => items.length === 5),
    { numRuns: 1, seed: 1 },
  ) as [RecommendationList];
  const part = (items: RecommendationList['items']) => {
    const bytes = codec.encode({ ...some, items });
    walker.walk(bytes, 0, bytes.length, view);
    return { bytes, from: view.starts[itemsField] as number, to: view.ends[itemsField] as number };
  };
  const entriesOf = (items: RecommendationList['items']) => {
    const { bytes, from, to } = part(items);
    return bytes.subarray(from + 1, to - 1); // between the count of a few and the end
  };
  const { bytes, from, to } = part([]);
  const sized = entriesOf(some.items.slice(2));
  const size = Buffer.from([
    ((2 * sized.length) & 0x7f) | 0x80,
    (((2 * sized.length) >>> 7) & 0x7f) | 0x80,
    (2 * sized.length) >>> 14,
  ]);
  const blocks = Buffer.concat([
    ...[bytes.subarray(0, from), Buffer.from([4]), entriesOf(some.items.slice(0, 2))],
    ...[Buffer.from([2 * 3 - 1]), size, sized, Buffer.from([0]), bytes.subarray(to)],
  ]);
  expect(trimmed(blocks, 0)).toEqual(expected(some));
});

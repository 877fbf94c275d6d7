import { avroType, type RecommendationList, recommendationListCodec, schemaText } from '@nextcart/contracts';
import { createDatumView, createWalker } from '@nextcart/events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyList, keptOfList, trimmedListText } from './list.fixture.ts';
import { createListTrimmer } from './trim-list.ts';

const codec = recommendationListCodec();
const walker = createWalker(schemaText('recommendation-list'));
const view = createDatumView(walker.fields.length);
const itemsField = walker.field('items');

const reference = avroType(trimmedListText());

const trim = createListTrimmer();
const trimmed = (bytes: Buffer, start: number): unknown => {
  expect(walker.walk(bytes, start, bytes.length, view)).toBe(true);
  const [from, to, count] = [view.starts, view.ends, view.numbers].map((each) => each[itemsField] as number);
  return reference.fromBuffer(trim(bytes, start, { from: from as number, to: to as number, count: count as number }));
};
/** What avsc makes of the whole, without what a row does not keep. */
const expected = (list: RecommendationList): unknown => reference.fromBuffer(reference.toBuffer(keptOfList(list)));

test('a trimmed list is what avsc makes of it, but for what a row does not keep', () => {
  fc.assert(
    fc.property(anyList, fc.nat({ max: 9 }), (some, start) => {
      expect(trimmed(Buffer.concat([Buffer.alloc(start, 7), codec.encode(some)]), start)).toEqual(expected(some));
    }),
    { numRuns: 300 },
  );
});

test('items in several blocks, with their sizes or without, are those of one', () => {
  const [some] = fc.sample(
    anyList.filter(({ items }) => items.length === 5),
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

import { listSources, type RecommendationList, schemaText } from '@nextcart/contracts';
import fc from 'fast-check';

/** The schema with the first three fields of an item: what a row keeps. */
export const trimmedListText = (): string => {
  const schema = JSON.parse(schemaText('recommendation-list')) as {
    fields: { name: string; type: { items: { fields: unknown[] } } }[];
  };
  const items = schema.fields.find(({ name }) => name === 'items');
  if (items === undefined) throw new Error('a list without items');
  items.type.items.fields = items.type.items.fields.slice(0, 3);
  return JSON.stringify(schema);
};

export const keptOfList = (list: RecommendationList): object => ({
  ...list,
  items: list.items.map(({ itemId, score, source }) => ({ itemId, score, source })),
});

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

/** Any list that the schema can hold, sensible or not. */
export const anyList: fc.Arbitrary<RecommendationList> = fc.record({
  ...{ subject: text, recommId: text, items: fc.array(item, { maxLength: 70 }), release: text },
  ...{ snapshots: fc.dictionary(text, text), catalogPosition: text, partition: fc.nat(), triggerOffset: fc.integer() },
  ...{ eventTime: at, appendedAt: at, receivedAt: at, stateAt: at, scoredAt: at, publishedAt: at, expiresAt: at },
  nextPurchases: fc.array(fc.record({ itemId: text, probability: fc.double({ noNaN: true }) }), { maxLength: 5 }),
});

import { type CatalogItem, MAX_UNITS, schemaText } from '@nextcart/contracts';
import fc from 'fast-check';

/** The newest schema without its field `repurchaseDays`: an older version. */
export const olderItemText = (): string => {
  const schema = JSON.parse(schemaText('catalog-item')) as { fields: { name: string }[] };
  return JSON.stringify({ ...schema, fields: schema.fields.filter(({ name }) => name !== 'repurchaseDays') });
};

const text = fc.string({ unit: 'binary', maxLength: 20 });
const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { freq: 2 });
const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const time = fc.integer({ min: -(2 ** 45), max: 2 ** 45 });

/** Any item that the schema can hold, sensible or not. */
export const anyItem: fc.Arbitrary<CatalogItem> = fc.record({
  ...{ itemId: text, title: text, description: maybe(text), category: fc.array(text, { maxLength: 4 }) },
  ...{ brand: maybe(text), price: maybe(fc.bigInt({ min: -MAX_UNITS, max: 2n * MAX_UNITS })), currency: maybe(text) },
  ...{ stock: maybe(int), hidden: fc.boolean(), availableFrom: maybe(time), availableUntil: maybe(time) },
  repurchaseDays: maybe(int),
  attributes: fc.dictionary(text, text, { maxKeys: 4, noNullPrototype: true }),
});

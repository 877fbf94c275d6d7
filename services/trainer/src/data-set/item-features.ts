/** What items are beside their numbers: rows of hashed columns, out of the catalogue as it was at the end of the slices. */
import { readItemContents, type Store } from '@nextcart/clickhouse';
import type { LogSlice } from '@nextcart/contracts';
import { type ContentItem, catalogueFields, type FieldWeights, fieldDefaults } from '@nextcart/models';
import type { DataSet } from './data-set.ts';
import type { TrainingSettings } from './settings.ts';

/**
 * The data set with its items' features, where the settings name any. Searches have the same columns, so that an item and
 * a search with its words share rows. `attempt` stands around the query.
 */
export const withItemFeatures = async (
  store: Store,
  log: { readonly topicId: string; readonly ranges: readonly LogSlice[] },
  data: DataSet,
  { itemFields, searchFeatures }: Pick<TrainingSettings, 'itemFields' | 'searchFeatures'>,
  attempt: <T>(query: () => Promise<T>) => Promise<T> = (query) => query(),
): Promise<DataSet> => {
  if (itemFields.length === 0) return data;
  const contents = await attempt(() => readItemContents(store, log));
  const catalogue = new Map(
    contents.map(({ itemId, title, category, brand, price, currency }): [string, ContentItem] => [
      itemId,
      { title, category, brand: brand ?? '', price: price ?? Number.NaN, currency: currency ?? '' },
    ]),
  );
  const options = { buckets: searchFeatures, weights: weightsOf(itemFields) };
  return { ...data, itemFeatures: catalogueFields(data.itemIds, catalogue, options) };
};

const weightsOf = (fields: TrainingSettings['itemFields']): FieldWeights => {
  const weights = { words: 0, grams: 0, category: 0, brand: 0, price: 0 };
  for (const field of fields) weights[field] = fieldDefaults[field];
  return weights;
};

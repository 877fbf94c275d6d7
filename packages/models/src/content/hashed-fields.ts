/**
 * Items and searches as rows of hashed columns. Invariants: a word is the same column in a title, a brand, a category and
 * a search, so that items and searches share a space; a field weighs the same however many tokens it has; what is not
 * known has a column of its own, and is never silently nothing.
 */
import type { SparseRows } from '../item-graph.ts';
import { priceDeciles } from '../price-deciles.ts';
import { hashToken, trigrams, words } from '../text.ts';
import type { ContentItem } from './content-item.ts';

/** Length (√Σw²) that each field adds to a row; 0 leaves it out. */
export interface FieldWeights {
  readonly words: number;
  /** Of the words: they forgive typing errors. */
  readonly grams: number;
  /** Each level of the path as a whole. */
  readonly category: number;
  readonly brand: number;
  /** Decile within the narrowest category, and the same over all categories. */
  readonly price: number;
}

export const fieldDefaults: FieldWeights = { words: 1, grams: 0.5, category: 1, brand: 0.7, price: 0.7 };

export interface HashedFields {
  /** Columns that tokens are hashed into. */
  readonly buckets: number;
  readonly weights?: FieldWeights;
}

/** [items, buckets]. Price deciles are those among these items. */
export const itemFields = (items: readonly ContentItem[], options: HashedFields): SparseRows =>
  withDeciles(items, decilesOf(items), options);

const NOT_KNOWN: ContentItem = { title: '', category: [], brand: '', price: Number.NaN };

/**
 * [wanted, buckets]: rows of items as a catalogue by id knows them, price deciles being those of the whole catalogue. Of
 * what it does not have nothing is known.
 */
export const catalogueFields = (
  wanted: readonly string[],
  catalogue: ReadonlyMap<string, ContentItem>,
  options: HashedFields,
): SparseRows => {
  const among = decilesOf([...catalogue.values()]);
  const places = new Map([...catalogue.keys()].map((id, place) => [id, place]));
  return withDeciles(
    wanted.map((id) => catalogue.get(id) ?? NOT_KNOWN),
    Int8Array.from(wanted, (id) => among[places.get(id) ?? -1] ?? -1),
    options,
  );
};

const withDeciles = (items: readonly ContentItem[], deciles: Int8Array, options: HashedFields): SparseRows => {
  const { weights = fieldDefaults } = options;
  return rowsOf(
    items,
    ({ title, category, brand }, item) => [
      ...textFields([title, brand, ...category].flatMap(words), weights),
      field(
        category.length > 0 ? category.map((_, level) => `c:${category.slice(0, level + 1).join('>')}`) : ['c:?'],
        weights.category,
      ),
      field([`b:${brand === '' ? '?' : brand}`], weights.brand),
      field(priceTokens(category.at(-1) ?? '?', deciles[item] as number), weights.price),
    ],
    options.buckets,
  );
};

/** [queries, buckets]: words alone, as bags have them, where a dozen 3-grams a search would cost more than all its items. */
export const queryWords = (queries: readonly (string | null)[], buckets: number): SparseRows =>
  queryFields(queries, { buckets, weights: { words: 1, grams: 0, category: 0, brand: 0, price: 0 } });

/** [queries, buckets]; a null is an empty row. */
export const queryFields = (queries: readonly (string | null)[], options: HashedFields): SparseRows => {
  const { weights = fieldDefaults } = options;
  return rowsOf(queries, (query) => (query === null ? [] : textFields(words(query), weights)), options.buckets);
};

/** 0 to 9 within the narrowest category and the currency, −1 where there is no price. */
export const decilesOf = (items: readonly ContentItem[]): Int8Array => {
  const groups = new Map<string, number>();
  const groupOf = (path: string) => {
    const group = groups.get(path) ?? groups.size;
    groups.set(path, group);
    return group;
  };
  return priceDeciles(
    Float64Array.from(items, ({ price }) => (Number.isNaN(price) ? Number.NaN : Math.round(price * 10_000))),
    Int32Array.from(items, ({ category, currency = '' }) => groupOf(`${category.join('>')} ${currency}`)),
  );
};

interface Field {
  readonly tokens: readonly string[];
  readonly weight: number;
}

const field = (tokens: readonly string[], weight: number): Field => ({ tokens, weight });

const textFields = (all: readonly string[], weights: FieldWeights): Field[] => {
  const distinct = [...new Set(all)];
  return [
    field(
      distinct.map((word) => `w:${word}`),
      weights.words,
    ),
    field([...new Set(distinct.flatMap((word) => trigrams(word).map((gram) => `g:${gram}`)))], weights.grams),
  ];
};

const priceTokens = (category: string, decile: number): string[] =>
  decile < 0 ? ['p:?'] : [`p:${decile}`, `p:${category}:${Math.floor(decile / 2)}`];

/** One after the other: the tokens of all are a hundred times their texts. */
const rowsOf = <T>(
  all: readonly T[],
  fieldsOf: (one: T, row: number) => readonly Field[],
  buckets: number,
): SparseRows => {
  const rowStart = new Int32Array(all.length + 1);
  const columns: number[] = [];
  const weights: number[] = [];
  all.forEach((one, row) => {
    const sums = new Map<number, number>();
    for (const { tokens, weight } of fieldsOf(one, row)) {
      if (weight === 0) continue;
      for (const token of tokens) {
        const column = hashToken(token) % buckets;
        sums.set(column, (sums.get(column) ?? 0) + weight / Math.sqrt(tokens.length));
      }
    }
    for (const [column, weight] of [...sums].sort(([a], [b]) => a - b)) {
      columns.push(column);
      weights.push(weight);
    }
    rowStart[row + 1] = columns.length;
  });
  return { rowStart, columns: Int32Array.from(columns), weights: Float32Array.from(weights) };
};

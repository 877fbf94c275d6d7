/**
 * What ranking derives from the catalogue, kept up item by item.
 * Invariant: every answer is a function of the catalogue's present items alone: not of the order in which they came, nor
 * of how they are numbered. Numbers of categories and brands are names, never compared by size.
 */
import { isDeepStrictEqual } from 'node:util';
import { type CatalogItem, categoryText, type ItemIndex, type Writable } from '@nextcart/contracts';
import { createTextIndex, createVocabulary, type Hits, priceDeciles, words } from '@nextcart/models';
import type { CatalogView } from './catalog-view.ts';
import { defaultConfiguration, type RankingConfiguration } from './configuration.ts';
import { createItemColumns, type ItemColumns, makeRoom, shelf } from './item-columns.ts';
import { itemTokens, titleSignature } from './item-text.ts';

export interface CatalogFeatures {
  /** To be called after the catalogue took in, changed or lost an item. Text is read again only where it changed. */
  readonly refresh: (item: number) => void;
  readonly item: (item: number) => CatalogItem | undefined;
  /** By item index; items beyond the columns' length are unknown. */
  readonly columns: ItemColumns;
  /** Path text, empty where there is none; kept, because each list tells it of each of its items. */
  readonly categoryText: (item: number) => string;
  /** Number of the whole category path, or -1. */
  readonly category: (item: number) => number;
  /** 0..9 within the item's category and currency, or -1. */
  readonly priceDecile: (item: number) => number;
  /** Changes when any item's category does. */
  readonly categoryVersion: number;
  /** Items most like this one by text, itself left out, in that order; their scores fade with the distance in price. */
  readonly resembling: (item: number) => Hits;
  /** Items that answer a search, typing errors forgiven; kept until a text changes. */
  readonly answering: (query: string) => Hits;
  /** Categories of the best answers, shares summing to 1, or nothing. */
  readonly categoriesOf: (query: string) => readonly CategoryShare[];
}
export interface CategoryShare {
  readonly category: number;
  readonly share: number;
}
interface Likes {
  /** By text alone; kept until a text changes. */
  readonly texts: Hits;
  /** The same documents with the price taken in. */
  priced: Hits;
  /** Price deciles that it was taken from: another table, another price. */
  deciles: Int8Array;
}
interface Answer {
  readonly hits: Hits;
  readonly categories: readonly CategoryShare[];
}

/** Answers kept; the oldest goes first. 40 hits are some 500 bytes. */
const KEPT_ROWS = 20_000;
const KEPT_ANSWERS = 5_000;
const BEST_ANSWERS = 20;
/** Steps from the cheapest decile to the dearest. */
const DECILES = 9;
const NO_HITS: Hits = { documents: new Int32Array(0), scores: new Float64Array(0) };

export const createCatalogFeatures = (deps: {
  index: ItemIndex;
  catalog: CatalogView;
  configuration?: RankingConfiguration;
}): CatalogFeatures => {
  const { index, catalog } = deps;
  const { content } = deps.configuration ?? defaultConfiguration;
  const text = createTextIndex({ commonest: content.commonest, id: (item) => index.id(item) });
  const vocabulary = createVocabulary();
  const numbers = new Map<string, number>();
  const numberOf = (name: string) => {
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, numbers.size);
    return numbers.size - 1;
  };

  const items: (CatalogItem | undefined)[] = [];
  const categoryTexts: string[] = [];
  const columns = createItemColumns();
  let deciles: Int8Array | undefined;
  let rows = new Map<number, Likes>();
  let answers = new Map<string, Answer>();

  // a path is told by its names: ['A > B'] and ['A', 'B'] read the same and have other words at other levels
  const sameText = (a: CatalogItem, b: CatalogItem) =>
    a.title === b.title && a.brand === b.brand && isDeepStrictEqual(a.category, b.category);

  const priceTable = () => (deciles ??= priceDeciles(columns.price, columns.priceGroup));

  const writeShelf = (at: number, item: CatalogItem | undefined) => {
    const price = item?.price == null ? Number.NaN : Number(item.price);
    const path = item?.category ?? [];
    categoryTexts[at] = categoryText(path);
    const category = path.length === 0 ? -1 : numberOf(`:category ${categoryTexts[at]}`);
    const group = item === undefined ? -1 : numberOf(`:price ${category} ${item.currency}`);
    if (!Object.is(price, columns.price[at]) || group !== columns.priceGroup[at]) deciles = undefined;
    columns.price[at] = price;
    columns.priceGroup[at] = group;
    columns.currency[at] = item === undefined ? -1 : numberOf(`:currency ${item.currency}`);
    columns.category[at] = category;
    columns.department[at] = path.length === 0 ? -1 : numberOf(`:category ${path[0] as string}`);
    columns.brand[at] = item?.brand == null ? -1 : numberOf(`:brand ${item.brand}`);
    columns.signature[at] = item === undefined ? 0 : titleSignature(item.title);
    columns.availableFrom[at] = item?.availableFrom ?? Number.NEGATIVE_INFINITY;
    columns.availableUntil[at] = item?.availableUntil ?? Number.POSITIVE_INFINITY;
    // stock that nobody tells is not an empty shelf
    const empty = item?.stock != null && item.stock <= 0;
    columns.state[at] =
      item === undefined
        ? shelf.unknown
        : (item.hidden ? shelf.hidden : 0) |
          (item.availableFrom !== null || item.availableUntil !== null ? shelf.timed : 0) |
          (empty ? shelf.outOfStock : 0);
  };

  const keep = <K, V>(kept: Map<K, V>, most: number, key: K, value: V) => {
    if (kept.size >= most) kept.delete(kept.keys().next().value as K);
    kept.set(key, value);
    return value;
  };

  const answer = (query: string): Answer => {
    const known = answers.get(query);
    if (known !== undefined) return known;
    const asked = new Map<string, number>();
    for (const word of words(query)) {
      const meant = vocabulary.meant(word, text.support) ?? { word, likeness: 1 };
      asked.set(meant.word, Math.max(asked.get(meant.word) ?? 0, meant.likeness));
    }
    const tokens = [...asked].map(([token, weight]) => ({ token, weight }));
    const hits = tokens.length === 0 ? NO_HITS : text.search(tokens, 'coverage', content.perQuery);
    const shares = new Map<number, number>();
    let sum = 0;
    for (let i = 0; i < Math.min(BEST_ANSWERS, hits.documents.length); i += 1) {
      const category = columns.category[hits.documents[i] as number] ?? -1;
      if (category === -1) continue;
      shares.set(category, (shares.get(category) ?? 0) + (hits.scores[i] as number));
      sum += hits.scores[i] as number;
    }
    const categories = [...shares].map(([category, share]) => ({ category, share: share / sum }));
    return keep(answers, KEPT_ANSWERS, query, { hits, categories });
  };

  const othersLike = (at: number): Hits => {
    const { documents, scores } = text.search(text.tokens(at), 'cosine', content.perItem + 1);
    const own = documents.indexOf(at);
    return { documents: documents.filter((_, i) => i !== own), scores: scores.filter((_, i) => i !== own) };
  };
  const withPrices = (at: number, { documents, scores }: Hits, table: Int8Array): Hits => {
    const { priceShare } = content;
    const decile = table[at] ?? -1;
    const priced = scores.map((score, i) => {
      const theirs = table[documents[i] as number] ?? -1;
      // without a price on both sides nothing is known of the distance: neither near nor far
      const near = decile === -1 ? 1 : theirs === -1 ? 0.5 : 1 - Math.abs(decile - theirs) / DECILES;
      return score * (1 - priceShare + priceShare * near);
    });
    return { documents, scores: priced };
  };

  const features: Writable<CatalogFeatures> = {
    categoryVersion: 0,
    refresh: (at) => {
      const item = catalog.item(at);
      const before = items[at];
      if (item === before) return;
      makeRoom(columns, at);
      while (items.length <= at) {
        items.push(undefined);
        categoryTexts.push('');
      }
      items[at] = item;
      writeShelf(at, item);
      // a record that only moves stock or price must not cost the text's rows
      if (item !== undefined && before !== undefined && sameText(item, before)) return;
      features.categoryVersion += 1;
      rows = new Map();
      answers = new Map();
      const tokens = item === undefined ? [] : itemTokens(item);
      for (const { token } of tokens) if (!token.startsWith(':')) vocabulary.add(token);
      text.set(at, tokens);
    },
    item: (at) => items[at],
    columns,
    categoryText: (at) => categoryTexts[at] ?? '',
    category: (at) => columns.category[at] ?? -1,
    priceDecile: (at) => priceTable()[at] ?? -1,
    resembling: (at) => {
      const table = priceTable();
      const known = rows.get(at);
      if (known !== undefined && known.deciles === table) return known.priced;
      const texts = known?.texts ?? othersLike(at);
      const priced = withPrices(at, texts, table);
      if (known === undefined) keep(rows, KEPT_ROWS, at, { texts, priced, deciles: table });
      else Object.assign(known, { priced, deciles: table });
      return priced;
    },
    answering: (query) => answer(query).hits,
    categoriesOf: (query) => answer(query).categories,
  };
  return features;
};

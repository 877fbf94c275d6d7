/**
 * What the words say: items that answer a search in spite of typing errors, and items whose texts are alike. Invariant:
 * answers are a function of the present items, whatever order they came in.
 */

import { words } from '../text.ts';
import { createTextIndex, type Hits, type WeightedToken } from '../text-index.ts';
import { createVocabulary } from '../vocabulary.ts';
import type { ContentItem } from './content-item.ts';

/** A title word says more than a word of the category; the same word in several places counts once, at its best. */
export interface TextWeights {
  readonly title: number;
  readonly brand: number;
  readonly category: number;
  /** The path, level by level, and the brand, as wholes: look-alikes that share no word. */
  readonly path: number;
  readonly sameBrand: number;
}

export const textDefaults: TextWeights = { title: 1, brand: 0.8, category: 0.5, path: 0.7, sameBrand: 0.5 };

export interface TextMatch {
  /** Puts or replaces an item. */
  set(item: number, content: ContentItem): void;
  /** Best items for a search: the share of its words (by rarity) that an item has, in 0..1. */
  answer(query: string, limit: number): Hits;
  /** Best items by tf-idf cosine, the item itself among them. */
  like(item: number, limit: number): Hits;
}

const NOTHING: Hits = { documents: new Int32Array(0), scores: new Float64Array(0) };

/** `commonest`: a token of more items than this finds none (it bounds the cost). */
export const createTextMatch = (
  commonest: number,
  { weights = textDefaults, id = String }: { weights?: TextWeights; id?: (item: number) => string } = {},
): TextMatch => {
  const index = createTextIndex({ commonest, id });
  const vocabulary = createVocabulary();
  return {
    set: (item, content) => {
      const tokens = tokensOf(content, weights);
      for (const { token } of tokens) if (!token.startsWith(':')) vocabulary.add(token);
      index.set(item, tokens);
    },
    answer: (query, limit) => {
      const asked = new Map<string, number>();
      for (const word of words(query)) {
        const meant = vocabulary.meant(word, index.support) ?? { word, likeness: 1 };
        asked.set(meant.word, Math.max(asked.get(meant.word) ?? 0, meant.likeness));
      }
      const tokens = [...asked].map(([token, weight]) => ({ token, weight }));
      return tokens.length === 0 ? NOTHING : index.search(tokens, 'coverage', limit);
    },
    like: (item, limit) => index.search(index.tokens(item), 'cosine', limit),
  };
};

/** Those that begin with ':' can't be typed in a search. */
const tokensOf = ({ title, brand, category }: ContentItem, weights: TextWeights): WeightedToken[] => {
  const tokens = new Map<string, number>();
  const put = (token: string, weight: number) => {
    if (weight > 0) tokens.set(token, Math.max(weight, tokens.get(token) ?? 0));
  };
  for (const word of words(title)) put(word, weights.title);
  for (const word of words(brand)) put(word, weights.brand);
  if (brand !== '') put(`:brand ${brand}`, weights.sameBrand);
  category.forEach((name, level) => {
    for (const word of words(name)) put(word, weights.category);
    put(`:category ${category.slice(0, level + 1).join('>')}`, weights.path);
  });
  return [...tokens].map(([token, weight]) => ({ token, weight }));
};

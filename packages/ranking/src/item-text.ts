import { CATEGORY_SEPARATOR, type CatalogItem } from '@nextcart/contracts';
import { hashToken, type WeightedToken, words } from '@nextcart/models';

/** A title word says more of an item than a word of its category; the same word in several places counts once, at its best. */
const TITLE = 1;
const BRAND = 0.8;
const CATEGORY_WORD = 0.5;
/** The path itself, level by level, and the brand as a whole: they make look-alikes out of items that share no word. */
const CATEGORY_PATH = 0.7;
const SAME_BRAND = 0.5;

/** Tokens of an item for the text index. Those that begin with ':' can't be typed in a search. */
export const itemTokens = (item: CatalogItem): WeightedToken[] => {
  const tokens = new Map<string, number>();
  const put = (token: string, weight: number) => void tokens.set(token, Math.max(weight, tokens.get(token) ?? 0));
  for (const word of words(item.title)) put(word, TITLE);
  if (item.brand !== null) {
    for (const word of words(item.brand)) put(word, BRAND);
    put(`:brand ${item.brand}`, SAME_BRAND);
  }
  item.category.forEach((name, level) => {
    for (const word of words(name)) put(word, CATEGORY_WORD);
    put(`:category ${item.category.slice(0, level + 1).join(CATEGORY_SEPARATOR)}`, CATEGORY_PATH);
  });
  return [...tokens].map(([token, weight]) => ({ token, weight }));
};

/** 32-bit simhash (Charikar 2002) of the title's words: titles that share words differ in few bits. 0 without words. */
export const titleSignature = (title: string): number => {
  const found = words(title);
  let signature = 0;
  for (let bit = 0; bit < 32; bit += 1) {
    let votes = 0;
    for (const word of found) votes += (hashToken(word) >>> bit) & 1 ? 1 : -1;
    if (votes > 0) signature |= 1 << bit;
  }
  return signature;
};

/** The content model as a row: what resembles the last items and answers the last search, by content and words. */
import {
  addCosines,
  type ContentSpace,
  createTextMatch,
  fitContentSpace,
  itemFields,
  queryFields,
  type SparseRows,
  type TextMatch,
} from '@nextcart/models';
import type { QualityContext } from '../quality-bench.ts';
import { sparseOf } from './bags.ts';
import { visitsOf } from './baselines.ts';
import { gridRecipe, type Setting } from './grid.ts';
import { CART, type Deeds, type Known, type Look, PURCHASE, SEARCH, type ShopItem, VIEW } from './shop-log.ts';
import { plainShopPart, type ShopRecipe } from './shop-part.ts';

export const BUCKETS = 4096;

export interface ContentSettings {
  readonly width: number;
  readonly lambda: number;
  readonly doubt: number;
  /** A deed counts half after so many others. */
  readonly half: number;
  /** Of words against the learned space, 0 to 1, for a search. */
  readonly words: number;
}

export interface ContentFit {
  readonly space: ContentSpace;
  readonly text: TextMatch;
  /** [items, BUCKETS]. */
  readonly fields: SparseRows;
}

/** `isHeldOut`: deeds with these items are not learned from. */
export const fitContent = async (
  known: Known,
  { width, lambda, doubt }: Pick<ContentSettings, 'width' | 'lambda' | 'doubt'>,
  { seed, threads }: Pick<QualityContext, 'seed' | 'threads'>,
  isHeldOut: (item: number) => boolean = () => false,
): Promise<ContentFit> => {
  const { items } = known;
  const { queries, clicks } = searchesOf(known, isHeldOut);
  const fields = itemFields(items, { buckets: BUCKETS });
  const visits = visitsOf(known);
  const sessions = sparseOf(
    Array.from({ length: visits.endedAt.length }, (_, row) => {
      const seen = visits.columns.subarray(visits.rowStart[row], visits.rowStart[row + 1]);
      return new Map([...seen].filter((item) => !isHeldOut(item)).map((item) => [item, 1]));
    }),
  );
  const data = {
    itemFields: fields,
    queryFields: queryFields(queries, { buckets: BUCKETS }),
    columns: BUCKETS,
    sessions,
    clicks,
  };
  return { space: await fitContentSpace(data, { width, lambda, doubt, seed, threads }), text: textOf(items), fields };
};

export const textOf = (items: readonly ShopItem[]): TextMatch => {
  const text = createTextMatch(items.length);
  items.forEach((item, at) => {
    text.set(at, item);
  });
  return text;
};

/** Each text that was searched for, with the items that were looked at right after it. */
export const searchesOf = ({ deeds, histories }: Known, isHeldOut: (item: number) => boolean) => {
  const rows = new Map<string, Map<number, number>>();
  for (const history of histories)
    history.forEach((deed, at) => {
      const next = history[at + 1] ?? -1;
      if (deeds.types[deed] !== SEARCH || deeds.types[next] !== VIEW) return;
      const item = deeds.items[next] as number;
      if (isHeldOut(item)) return;
      const query = deeds.queries[deed] ?? '';
      const row = rows.get(query) ?? new Map<number, number>();
      rows.set(query, row);
      row.set(item, (row.get(item) ?? 0) + 1);
    });
  return { queries: [...rows.keys()], clicks: sparseOf([...rows.values()]) };
};

const setting = (one: ContentSettings, context: () => QualityContext): Setting => ({
  settings: `width ${one.width}, lambda ${one.lambda}, doubt ${one.doubt}, half after ${one.half} deeds, words ${one.words}`,
  fit: async (known) => {
    const fit = await fitContent(known, one, context());
    return plainShopPart(known.items.length, scorerOf(fit, known.deeds, one));
  },
});

const scorerOf = ({ space, text }: ContentFit, deeds: Deeds, { half, words }: ContentSettings) => {
  const places = new Map<string, Float32Array>();
  const placeOf = (query: string): Float32Array => {
    const found = places.get(query) ?? space.place(queryFields([query], { buckets: BUCKETS }));
    places.set(query, found);
    return found;
  };
  return ({ history }: Look, into: Float32Array): void => {
    const profile = new Float32Array(space.width);
    const add = (direction: Float32Array, weight: number) =>
      direction.forEach((value, at) => void (profile[at] = (profile[at] as number) + weight * value));
    for (let back = 0; back < Math.min(history.length, 8 * half); back += 1) {
      const deed = history[history.length - 1 - back] as number;
      const item = deeds.items[deed] as number;
      const weight = (deeds.types[deed] === PURCHASE || deeds.types[deed] === CART ? 2 : 1) * 2 ** (-back / half);
      if (item >= 0) add(space.items.subarray(item * space.width, (item + 1) * space.width), weight);
      else add(placeOf(deeds.queries[deed] ?? ''), weight);
    }
    const length = Math.sqrt(profile.reduce((sum, value) => sum + value * value, 0)) || 1;
    addCosines(profile, space, 1 / length, into);
    // an open search is a wish in words
    const last = history.at(-1) ?? -1;
    if (deeds.types[last] !== SEARCH || words === 0) return;
    const { documents, scores } = text.answer(deeds.queries[last] ?? '', into.length);
    documents.forEach((item, at) => {
      into[item] = (into[item] as number) + (words / (1.001 - words)) * (scores[at] as number);
    });
  };
};

export const contentRow = (grid: readonly ContentSettings[]): ShopRecipe => ({
  name: 'content',
  kind: 'baseline',
  choose: (validation, context) =>
    gridRecipe(
      'content',
      'baseline',
      grid.map((one) => setting(one, () => context)),
    ).choose(validation, context),
});

/** What one list is worth to who asked for it: contracts' `listMeasures`, before they are means. */
import { COLD_EVENTS } from '@nextcart/contracts';
import { noveltyAt } from '@nextcart/models';
import type { RankedList } from '@nextcart/ranking';
import type { MeasuringRequest } from './requests.ts';

/** How often something was done with items before the slice. */
export interface Popularity {
  /** By id; absent: never. */
  readonly counts: ReadonlyMap<string, number>;
  readonly total: number;
}

export const popularityOf = (counts: ReadonlyMap<string, number>): Popularity => ({
  counts,
  total: [...counts.values()].reduce((sum, count) => sum + count, 0),
});

/** `all`, `fresh`, `cold`, `warm`: NDCG of all requests, and of those that a slice of them takes. */
export const figureNames = [
  ...(['all', 'fresh', 'cold', 'warm'] as const),
  ...(['recall', 'reciprocalRank', 'revenue', 'novelty'] as const),
] as const;
export type FigureName = (typeof figureNames)[number];

/** What does not apply to the request is not there. `k`: places that count. */
export const listFigures = (
  list: RankedList,
  { target, isNew, state, paid }: MeasuringRequest,
  { k, popularity }: { readonly k: number; readonly popularity: Popularity },
): Partial<Record<FigureName, number>> => {
  const place = placeOf(list, target, k);
  const gain = gainAt(place);
  const novelty = noveltyOf(list, k, popularity);
  return {
    all: gain,
    ...(isNew && { fresh: gain }),
    [state.count < COLD_EVENTS ? 'cold' : 'warm']: gain,
    recall: Number(place !== -1),
    reciprocalRank: place === -1 ? 0 : 1 / (place + 1),
    revenue: place === -1 ? 0 : paid,
    ...(novelty !== null && { novelty }),
  };
};

export const gainOf = (list: RankedList, target: string, k: number): number => gainAt(placeOf(list, target, k));

const gainAt = (place: number): number => (place === -1 ? 0 : 1 / Math.log2(place + 2));

/** -1: not among the first k. */
const placeOf = ({ items }: RankedList, target: string, k: number): number => {
  const place = items.findIndex(({ itemId }) => itemId === target);
  return place < k ? place : -1;
};

/** Null for an empty list, and where no item is known of. */
const noveltyOf = ({ items }: RankedList, k: number, { counts, total }: Popularity): number | null => {
  if (items.length === 0 || total === 0) return null;
  const support = items.map(({ itemId }) => counts.get(itemId) ?? 0);
  return noveltyAt(Int32Array.from(support.keys()), k, support, total);
};

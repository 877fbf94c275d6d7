/** What a subject's deeds say at a moment, as far as the ranker asks. */
import { type Deeds, type Look, PURCHASE, SEARCH, VIEW, VISIT_MS } from '../shop-log.ts';
import type { CategoryFacts } from './category-facts.ts';
import { COMPLETING_MS, type Completions } from './completions.ts';
import type { Repeats } from './repeats.ts';

const DAY_MS = 86_400_000;
/** A look counts half for the subject's categories after so many days. */
const HALF_LIFE_DAYS = 20;
/** A look in the category of the look before is hardly a choice of the category. */
const SAME_CATEGORY = 0.2;
/** An item that was seen again and again counts at most 1 / (1 − this). */
const SEEN_FADE = 0.8;
/** A completing share at which it is even whether a look was meant to complete. */
const MEANT = 0.05;
const LAST_BOUGHT = 4;

export interface SubjectState {
  /** Looked at last in this visit, and in any; −1: nothing. */
  readonly last: number;
  readonly lastEver: number;
  /** The same in any visit, unless it was bought. */
  readonly left: number;
  readonly isArrival: boolean;
  /** A search that no look has followed. */
  readonly isSearching: boolean;
  readonly looksInVisit: number;
  readonly hasBoughtInVisit: boolean;
  /** Oldest first. */
  readonly views: readonly number[];
  /** [items]: how often seen, at most 5. */
  readonly seen: Float32Array;
  /** [categories]: choices of each, faded, and their sum. */
  readonly categories: Float64Array;
  readonly chosen: number;
  /** Bought last; −1: nothing. */
  readonly bought: number;
  /** When each item was bought last, epoch ms. */
  readonly boughtAt: ReadonlyMap<number, number>;
  readonly lastBought: ReadonlySet<number>;
  /** Bought last of what is bought again and again; −1: nothing. */
  readonly repeated: number;
  /** Bought last of what asks to be completed, and how likely it still is open; −1 and 0: nothing. */
  readonly completing: number;
  readonly open: number;
}

export const subjectStateOf = (
  { history, at }: Pick<Look, 'history' | 'at'>,
  { times, types, items }: Deeds,
  { categories: width, categoryOf, share }: CategoryFacts,
  { shares, asks }: Completions,
  { again }: Repeats,
): SubjectState => {
  const count = share.length;
  let [last, lastEver, left, lastAt] = [-1, -1, -1, -Infinity];
  let [isSearching, hasBoughtInVisit, looksInVisit] = [false, false, 0];
  let [repeated, completing, completingFrom, open] = [-1, -1, 0, 0];
  const views: number[] = [];
  const purchases: number[] = [];
  const boughtAt = new Map<number, number>();
  const seen = new Float32Array(count);
  const categories = new Float64Array(width);
  const arrive = (time: number): boolean => {
    if (time - lastAt <= VISIT_MS) return false;
    [last, isSearching, hasBoughtInVisit, looksInVisit] = [-1, false, false, 0];
    return true;
  };
  for (const deed of history) {
    const [time, item] = [times[deed] as number, items[deed] as number];
    arrive(time);
    lastAt = time;
    if (types[deed] === SEARCH) isSearching = true;
    if (types[deed] === VIEW) {
      const category = categoryOf[item] as number;
      const weight = last >= 0 && categoryOf[last] === category ? SAME_CATEGORY : 1;
      categories[category] =
        (categories[category] as number) + weight * 2 ** (-(at - time) / (HALF_LIFE_DAYS * DAY_MS));
      last = lastEver = left = item;
      isSearching = false;
      looksInVisit += 1;
      seen[item] = 1 + SEEN_FADE * (seen[item] as number);
      views.push(item);
      if (completing >= 0) open *= MEANT / (MEANT + (shares[completing * count + item] as number));
    }
    if (types[deed] === PURCHASE) {
      hasBoughtInVisit = true;
      purchases.push(item);
      boughtAt.set(item, time);
      if (left === item) left = -1;
      const category = categoryOf[item] as number;
      if (again[category]) repeated = item;
      if (asks[category]) [completing, completingFrom, open] = [item, time, 1];
    }
  }
  const isArrival = arrive(at);
  if (at - completingFrom > COMPLETING_MS) [completing, open] = [-1, 0];
  return {
    last,
    lastEver,
    left,
    isArrival,
    isSearching,
    looksInVisit,
    hasBoughtInVisit,
    views,
    seen,
    categories,
    chosen: categories.reduce((sum, value) => sum + value, 0),
    bought: purchases.at(-1) ?? -1,
    boughtAt,
    lastBought: new Set(purchases.slice(-LAST_BOUGHT)),
    repeated,
    completing,
    open,
  };
};

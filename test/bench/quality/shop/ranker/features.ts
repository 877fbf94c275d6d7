/** The features that the ranker puts items in order by: of each item at a moment, and of the moment. */
import { livePopularity } from '../baselines.ts';
import { ARRIVAL, type Known, type Look, TO_CART } from '../shop-log.ts';
import { categoryFacts } from './category-facts.ts';
import { completionsOf } from './completions.ts';
import { noveltyOf } from './novelty.ts';
import { repeatsOf } from './repeats.ts';
import { subjectStateOf } from './subject-state.ts';
import { returnsOf, successorsOf } from './successors.ts';
import { brandTastes, wordTastes } from './tastes.ts';

export const itemFeatures = [
  'popularity in its category',
  'looks of two days against the usual',
  'popularity of its category',
  "subject's share of its category",
  'category of the last look in the visit',
  'category of the last look',
  'follows the last look, lift',
  'follows the last look, share',
  'looked at last in the visit',
  'looked at last before this visit, not bought',
  'seen',
  'bought among the last four',
  'bought, pull of its age',
  'the same, newest of what is bought again',
  'completes the last purchase',
  'the same, yes or no',
  "price against the subject's",
  "subject's brands",
  "subject's words",
  'begins a visit after the last purchase, lift',
  'begins a visit after the last purchase, share',
  'new',
  'looks a day since it is there',
] as const;

export const momentFeatures = [
  'always 1',
  'arrival asked',
  'cart asked',
  'open search',
  'nothing seen in the visit',
  'bought in the visit',
  'length of the history',
  'open purchase to complete',
  'purchase to repeat',
] as const;

const DAY_MS = 86_400_000;
/** Looks: of two days, of a subject's categories, of its prices. */
const [TREND_DOUBT, CATEGORY_DOUBT, PRICE_DOUBT] = [5, 2, 4];
/** A purchase begins to be repeated after so long. */
const REPEAT_MS = 5 * DAY_MS;

/** A number for each name. */
type ValuesOf<Names extends readonly string[]> = { readonly [At in keyof Names]: number };

export interface RankerFeatures {
  /** Puts an item's features in a row of `width`, items from `from` on. */
  fill(look: Look, into: Float32Array, width: number, from: number, moment: Float32Array): void;
}

export const rankerFeatures = (known: Known): RankerFeatures => {
  const { items, deeds } = known;
  const count = items.length;
  const facts = categoryFacts(known);
  const { categories, categoryOf, sizes, share, demand, price } = facts;
  const successors = successorsOf(known, facts);
  const returns = returnsOf(known, facts);
  const completions = completionsOf(known, facts);
  const repeats = repeatsOf(known, facts);
  const [brands, titles] = [brandTastes(items, facts), wordTastes(items, facts)];
  const noveltyAt = noveltyOf(known);
  const [newest, usual] = [livePopularity(deeds, count, 2), livePopularity(deeds, count, 28)];
  return {
    fill: (look, into, width, from, moment) => {
      const state = subjectStateOf(look, deeds, facts, completions, repeats);
      const { last, lastEver, left, isArrival, isSearching, views, bought, boughtAt, repeated, completing, open } =
        state;
      const [now, before] = [newest(look.at), usual(look.at)];
      const { fresh, paces } = noveltyAt(look.at);
      const [ofBrands, ofWords] = [brands.of(views), titles.of(views)];
      const own = views.reduce((sum, item) => sum + (price[item] as number), 0) / (views.length + PRICE_DOUBT);
      const row = last >= 0 && !isSearching ? last * count : -1;
      const returning = isArrival && bought >= 0 ? bought * count : -1;
      for (let item = 0; item < count; item += 1) {
        const category = categoryOf[item] as number;
        const wanted = demand[category] as number;
        const since = boughtAt.get(item);
        const pull = since === undefined ? 0 : repeats.pull(category, look.at - since);
        const completes = open > 0 ? (completions.shares[completing * count + item] as number) : 0;
        const values: ValuesOf<typeof itemFeatures> = [
          Math.log((share[item] as number) * (sizes[category] as number)),
          Math.log(((now[item] as number) + TREND_DOUBT) / (((before[item] as number) * 2) / 28 + TREND_DOUBT)),
          Math.log(wanted * categories),
          Math.log(
            ((state.categories[category] as number) + CATEGORY_DOUBT * wanted) /
              (state.chosen + CATEGORY_DOUBT) /
              wanted,
          ),
          Number(last >= 0 && categoryOf[last] === category),
          Number(lastEver >= 0 && categoryOf[lastEver] === category),
          row < 0 ? 0 : (successors.lift[row + item] as number),
          row < 0 ? 0 : (successors.excess[row + item] as number),
          Number(item === last),
          Number(isArrival && item === left),
          Math.log1p(state.seen[item] as number),
          Number(state.lastBought.has(item)),
          pull,
          item === repeated ? pull : 0,
          open * Math.log1p(100 * completes),
          completes > 0 ? open : 0,
          own * (price[item] as number),
          ofBrands[item] as number,
          ofWords[item] as number,
          returning < 0 ? 0 : (returns.lift[returning + item] as number),
          returning < 0 ? 0 : (returns.excess[returning + item] as number),
          fresh[item] as number,
          paces[item] as number,
        ];
        into.set(values, from + item * width);
      }
      const ofMoment: ValuesOf<typeof momentFeatures> = [
        1,
        Number(look.ask === ARRIVAL),
        Number(look.ask === TO_CART),
        Number(isSearching),
        Number(state.looksInVisit === 0),
        Number(state.hasBoughtInVisit),
        Math.log1p(look.history.length) / 3,
        open,
        Number(repeated >= 0 && look.at - (boughtAt.get(repeated) as number) > REPEAT_MS),
      ];
      moment.set(ofMoment);
    },
  };
};

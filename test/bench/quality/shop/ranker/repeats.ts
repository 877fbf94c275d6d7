/** How often people come back to what they bought, by category and the purchase's age. */
import { type Known, PURCHASE, VIEW } from '../shop-log.ts';
import type { CategoryFacts } from './category-facts.ts';

const DAY_MS = 86_400_000;
/** Ages of a purchase in days, upper ends. */
const AGES = [1, 3, 5, 8, 14, Infinity];
/** Looks that a category is believed to be like all by. */
const PRIOR = 20;
/** A category is bought again and again where an older purchase draws so many times the looks that it draws overall. */
const AGAIN = 3;

export interface Repeats {
  /** ln of the share of looks that go to one thing bought `ageMs` ago in a category, over the share of all categories. */
  pull(category: number, ageMs: number): number;
  /** [categories]. */
  readonly again: readonly boolean[];
}

export const repeatsOf = ({ deeds, histories }: Known, { categories, categoryOf }: CategoryFacts): Repeats => {
  const width = AGES.length;
  const [hits, looks] = [new Float64Array(categories * width), new Float64Array(categories * width)];
  const cellOf = (category: number, ageMs: number) =>
    category * width + AGES.findIndex((days) => ageMs < days * DAY_MS);
  for (const history of histories) {
    const bought = new Map<number, number>();
    for (const deed of history) {
      const [item, at] = [deeds.items[deed] as number, deeds.times[deed] as number];
      if (deeds.types[deed] === PURCHASE) bought.set(item, at);
      if (deeds.types[deed] !== VIEW) continue;
      for (const [own, since] of bought) {
        const cell = cellOf(categoryOf[own] as number, at - since);
        looks[cell] = (looks[cell] as number) + 1;
        if (own === item) hits[cell] = (hits[cell] as number) + 1;
      }
    }
  }
  const sum = (values: Float64Array) => values.reduce((all, value) => all + value, 0);
  const usual = (sum(hits) + 1) / (sum(looks) + PRIOR);
  const pulls = hits.map((value, cell) =>
    Math.log((value + PRIOR * usual) / ((looks[cell] as number) + PRIOR) / usual),
  );
  const older = [3, 4]; // 5 to 14 days
  const again = Array.from({ length: categories }, (_, category) =>
    older.some((age) => (pulls[category * width + age] as number) > Math.log(AGAIN)),
  );
  return { pull: (category, ageMs) => pulls[cellOf(category, ageMs)] as number, again };
};

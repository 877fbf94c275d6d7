/** Fields that a subject looks at more than others who look at the same categories: brands, words of titles. */
import { words } from '@nextcart/models';
import type { ShopItem } from '../shop-log.ts';
import type { CategoryFacts } from './category-facts.ts';

/** Looks that a liking is damped by. */
const DOUBT = 2;

export interface Tastes {
  /** [items]: sum over an item's fields of ln((looks + 2) / (expected looks + 2)). */
  of(views: readonly number[]): Float64Array;
}

export const brandTastes = (items: readonly ShopItem[], facts: CategoryFacts): Tastes =>
  tastesOf(items, facts, ({ brand }) => [brand]);

export const wordTastes = (items: readonly ShopItem[], facts: CategoryFacts): Tastes =>
  tastesOf(items, facts, ({ title }) => words(title));

const tastesOf = (
  items: readonly ShopItem[],
  { categories, categoryOf, share }: CategoryFacts,
  fieldsOf: (item: ShopItem) => readonly string[],
): Tastes => {
  const numbers = new Map<string, number>();
  const numbered = items.map((item) =>
    fieldsOf(item).map((name) => {
      const number = numbers.get(name) ?? numbers.size;
      numbers.set(name, number);
      return number;
    }),
  );
  const width = numbers.size;
  const expected = new Float64Array(categories * width);
  numbered.forEach((fields, item) => {
    for (const field of fields) {
      const cell = (categoryOf[item] as number) * width + field;
      expected[cell] = (expected[cell] as number) + (share[item] as number);
    }
  });
  return {
    of: (views) => {
      const [found, usual] = [new Float64Array(width), new Float64Array(width)];
      for (const item of views) {
        for (const field of numbered[item] as number[]) found[field] = (found[field] as number) + 1;
        const row = (categoryOf[item] as number) * width;
        for (let field = 0; field < width; field += 1)
          usual[field] = (usual[field] as number) + (expected[row + field] as number);
      }
      const liking = found.map((value, field) => Math.log((value + DOUBT) / ((usual[field] as number) + DOUBT)));
      return Float64Array.from(numbered, (fields) => fields.reduce((sum, field) => sum + (liking[field] as number), 0));
    },
  };
};

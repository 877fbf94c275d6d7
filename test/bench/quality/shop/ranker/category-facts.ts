/** Categories as the ranker's features need them, from looks before a time. */
import { type Known, type ShopItem, VIEW } from '../shop-log.ts';

export interface CategoryFacts {
  readonly categories: number;
  /** [items]. */
  readonly categoryOf: Int32Array;
  /** [categories]: how many items. */
  readonly sizes: Float64Array;
  /** [items]: of the looks in its category; sums to 1 in each. */
  readonly share: Float64Array;
  /** [categories]: of all looks; sums to 1. */
  readonly demand: Float64Array;
  /** [items]: ln(price) standardised in its category, less what is usual there by looks. */
  readonly price: Float64Array;
}

export const categoryFacts = ({ items, deeds, histories }: Known): CategoryFacts => {
  const { categoryOf, categories } = categoriesOf(items);
  const looks = new Float64Array(items.length).fill(1);
  for (const history of histories)
    for (const deed of history)
      if (deeds.types[deed] === VIEW) {
        const item = deeds.items[deed] as number;
        looks[item] = (looks[item] as number) + 1;
      }
  const perCategory = (value: (item: number) => number) => {
    const sums = new Float64Array(categories);
    categoryOf.forEach((category, item) => void (sums[category] = (sums[category] as number) + value(item)));
    return sums;
  };
  const sizes = perCategory(() => 1);
  const totals = perCategory((item) => looks[item] as number);
  const total = totals.reduce((sum, value) => sum + value, 0);
  const share = looks.map((value, item) => value / (totals[categoryOf[item] as number] as number));
  const of = (values: Float64Array, item: number) => values[categoryOf[item] as number] as number;
  const logs = items.map(({ price }) => Math.log(price));
  const means = perCategory((item) => (logs[item] as number) / of(sizes, item));
  const squares = perCategory((item) => ((logs[item] as number) - of(means, item)) ** 2 / of(sizes, item));
  const z = logs.map((log, item) => (log - of(means, item)) / (Math.sqrt(of(squares, item)) || 1));
  const usual = perCategory((item) => (share[item] as number) * (z[item] as number));
  return {
    categories,
    categoryOf,
    sizes,
    share,
    demand: totals.map((value) => value / total),
    price: Float64Array.from(z, (value, item) => value - of(usual, item)),
  };
};

const categoriesOf = (items: readonly ShopItem[]) => {
  const numbers = new Map<string, number>();
  const categoryOf = Int32Array.from(items, ({ category }) => {
    const name = category.join('>');
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  });
  return { categoryOf, categories: numbers.size };
};

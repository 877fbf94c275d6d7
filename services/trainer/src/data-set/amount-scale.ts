import type { DataSet } from './data-set.ts';

/**
 * What an event's amount multiplies its weight by: 1 + share · (log2(1 + amount / median) − 1), the median being that of
 * the amounts in the item's category. 1 at the median and where there is no amount or no item.
 */
export const amountScale = (
  { items, amounts, itemCategories }: DataSet,
  share: number,
): ((event: number) => number) => {
  const byCategory = new Map<number, number[]>();
  amounts.forEach((amount, event) => {
    const category = itemCategories[items[event] as number];
    if (category === undefined || !(amount > 0)) return;
    const known = byCategory.get(category);
    if (known) known.push(amount);
    else byCategory.set(category, [amount]);
  });
  const medians = new Map(
    [...byCategory].map(([category, some]) => {
      const rising = Float64Array.from(some).sort();
      return [category, rising[(rising.length - 1) >> 1] as number];
    }),
  );
  return (event) => {
    const median = medians.get(itemCategories[items[event] as number] ?? -1);
    const amount = amounts[event] as number;
    return median === undefined || !(amount >= 0) ? 1 : 1 + share * (Math.log2(1 + amount / median) - 1);
  };
};

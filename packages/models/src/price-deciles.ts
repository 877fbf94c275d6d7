/**
 * Decile (0 cheapest … 9 dearest) of each price within its group: how many of the group's prices are lower, in tenths;
 * equal prices share the middle of their run. -1 where the item has no price or no group; 5 in a group of one.
 * prices, groups: [items]; NaN = no price, -1 = no group. The numbering of items does not matter.
 */
export const priceDeciles = (prices: Float64Array, groups: Int32Array): Int8Array => {
  const byGroup = new Map<number, number[]>();
  for (let i = 0; i < prices.length; i += 1) {
    if (Number.isNaN(prices[i]) || (groups[i] as number) < 0) continue;
    const list = byGroup.get(groups[i] as number);
    if (list === undefined) byGroup.set(groups[i] as number, [prices[i] as number]);
    else list.push(prices[i] as number);
  }
  const sorted = new Map([...byGroup].map(([group, list]) => [group, Float64Array.from(list).sort()]));
  return Int8Array.from(prices, (price, i) => {
    const group = sorted.get(groups[i] as number);
    if (group === undefined || Number.isNaN(price)) return -1;
    const middle = (lowerBound(group, price) + lowerBound(group, nextAbove(price))) / 2;
    return Math.min(9, Math.floor((10 * middle) / group.length));
  });
};

const lowerBound = (sorted: Float64Array, value: number): number => {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Prices are whole units (money.ts), so the next price is one unit up. */
const nextAbove = (price: number): number => price + 1;

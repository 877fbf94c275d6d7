/** What completes a purchase: items and categories that are looked at after it more than their popularity explains. */
import { type Known, PURCHASE, VIEW } from '../shop-log.ts';
import type { CategoryFacts } from './category-facts.ts';

const DAY_MS = 86_400_000;
/** A purchase asks to be completed for so long. */
export const COMPLETING_MS = 14 * DAY_MS;

export interface Completions {
  /** [items, items]: share of the attention after a purchase of the row that goes to what completes it. */
  readonly shares: Float32Array;
  /** [categories]: whether a purchase in it asks to be completed at all. */
  readonly asks: readonly boolean[];
}

/** Looks after a purchase that are counted, the later the less. */
const REACH = 6;
/** A category completes another where it is looked at so much more than usual, and so often. */
const PARTNER = { lift: 3, share: 0.15 };
/** Looks that an item of such a category is believed by, and those that one of any other is doubted by. */
const PRIOR = 3;
const DOUBT = 1;
/** Least share of completing looks of a category that asks for them. */
const ASKS = 0.25;

export const completionsOf = ({ items, deeds, histories }: Known, facts: CategoryFacts): Completions => {
  const { categories, categoryOf, share, demand } = facts;
  const count = items.length;
  const weights = new Float64Array(count * count);
  const sums = new Float64Array(count);
  for (const history of histories) {
    let [bought, boughtAt, looks] = [-1, 0, 0];
    for (const deed of history) {
      const [item, at] = [deeds.items[deed] as number, deeds.times[deed] as number];
      if (deeds.types[deed] === PURCHASE) [bought, boughtAt, looks] = [item, at, 0];
      if (deeds.types[deed] !== VIEW || bought < 0 || looks === REACH || at - boughtAt > COMPLETING_MS) continue;
      const weight = 1 / (1 + looks);
      weights[bought * count + item] = (weights[bought * count + item] as number) + weight;
      sums[bought] = (sums[bought] as number) + weight;
      looks += 1;
    }
  }
  const between = new Float64Array(categories * categories);
  const outOf = new Float64Array(categories);
  weights.forEach((weight, at) => {
    const from = categoryOf[Math.floor(at / count)] as number;
    const cell = from * categories + (categoryOf[at % count] as number);
    between[cell] = (between[cell] as number) + weight;
    outOf[from] = (outOf[from] as number) + weight;
  });
  const shares = new Float32Array(count * count);
  const completing = new Float64Array(categories);
  for (let row = 0; row < count; row += 1) {
    const from = categoryOf[row] as number;
    const sum = sums[row] as number;
    for (let item = 0; item < count; item += 1) {
      const to = categoryOf[item] as number;
      const toCategory = (between[from * categories + to] as number) / (outOf[from] || 1);
      const isPartner = from !== to && toCategory > PARTNER.lift * (demand[to] as number) && toCategory > PARTNER.share;
      const usual = toCategory * (share[item] as number);
      const believed = isPartner ? PRIOR * usual : -DOUBT - sum * usual;
      const value = Math.max(0, (weights[row * count + item] as number) + believed) / (sum + PRIOR);
      shares[row * count + item] = value;
      completing[from] = (completing[from] as number) + value * sum;
    }
  }
  return { shares, asks: Array.from(completing, (value, category) => value > ASKS * (outOf[category] as number)) };
};

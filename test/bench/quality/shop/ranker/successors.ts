/** What is looked at right after an item, beyond what category and popularity expect. */
import { type Known, SEARCH, VIEW, VISIT_MS } from '../shop-log.ts';
import type { CategoryFacts } from './category-facts.ts';

export interface Successors {
  /** [items, items]: ln((count + 2) / (expected + 2)). */
  readonly lift: Float32Array;
  /** [items, items]: share of the looks after an item that are beyond the expected. */
  readonly excess: Float32Array;
}

/** Looks that a share is damped by. */
const DOUBT = 5;

export const successorsOf = ({ items, deeds, histories }: Known, facts: CategoryFacts): Successors => {
  const { categories, categoryOf, share, demand } = facts;
  const count = items.length;
  const counts = new Float32Array(count * count);
  const outOf = new Float64Array(count);
  const between = new Float64Array(categories * categories);
  const outOfCategory = new Float64Array(categories);
  for (const history of histories) {
    let [last, lastAt] = [-1, -Infinity];
    for (const deed of history) {
      const at = deeds.times[deed] as number;
      // a search is a wish of its own
      if (at - lastAt > VISIT_MS || deeds.types[deed] === SEARCH) last = -1;
      lastAt = at;
      if (deeds.types[deed] !== VIEW) continue;
      const item = deeds.items[deed] as number;
      if (last >= 0) {
        const [from, to] = [categoryOf[last] as number, categoryOf[item] as number];
        counts[last * count + item] = (counts[last * count + item] as number) + 1;
        outOf[last] = (outOf[last] as number) + 1;
        between[from * categories + to] = (between[from * categories + to] as number) + 1;
        outOfCategory[from] = (outOfCategory[from] as number) + 1;
      }
      last = item;
    }
  }
  const [lift, excess] = [new Float32Array(count * count), new Float32Array(count * count)];
  for (let row = 0; row < count; row += 1)
    for (let item = 0; item < count; item += 1) {
      const [from, to] = [categoryOf[row] as number, categoryOf[item] as number];
      const toCategory =
        ((between[from * categories + to] as number) + (demand[to] as number)) / ((outOfCategory[from] as number) + 1);
      const expected = (outOf[row] as number) * toCategory * (share[item] as number);
      const found = counts[row * count + item] as number;
      lift[row * count + item] = Math.log((found + 2) / (expected + 2));
      excess[row * count + item] = Math.max(0, found - expected) / ((outOf[row] as number) + DOUBT);
    }
  return { lift, excess };
};

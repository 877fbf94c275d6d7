/** What is looked at after something else, beyond what category and popularity expect. */
import { type Known, PURCHASE, SEARCH, VIEW, VISIT_MS } from '../shop-log.ts';
import type { CategoryFacts } from './category-facts.ts';

export interface Successors {
  /** [items, items]: ln((count + 2) / (expected + 2)). */
  readonly lift: Float32Array;
  /** [items, items]: share of the looks after an item that are beyond the expected. */
  readonly excess: Float32Array;
}

/** Looks that a share is damped by. */
const DOUBT = 5;

/** Of a look and the next of the visit. */
export const successorsOf = ({ deeds, histories }: Known, facts: CategoryFacts): Successors =>
  beyondExpected(facts, (count) => {
    for (const history of histories) {
      let [last, lastAt] = [-1, -Infinity];
      for (const deed of history) {
        const at = deeds.times[deed] as number;
        // a search is a wish of its own
        if (at - lastAt > VISIT_MS || deeds.types[deed] === SEARCH) last = -1;
        lastAt = at;
        if (deeds.types[deed] !== VIEW) continue;
        const item = deeds.items[deed] as number;
        if (last >= 0) count(last, item);
        last = item;
      }
    }
  });

/** Of the newest purchase and what a later visit begins with: it can be of the same category, as a series is. */
export const returnsOf = ({ deeds, histories }: Known, facts: CategoryFacts): Successors =>
  beyondExpected(facts, (count) => {
    for (const history of histories) {
      let [bought, lastAt, isBeginning] = [-1, -Infinity, false];
      for (const deed of history) {
        const at = deeds.times[deed] as number;
        const item = deeds.items[deed] as number;
        if (at - lastAt > VISIT_MS) isBeginning = true;
        lastAt = at;
        if (isBeginning && bought >= 0 && deeds.types[deed] === VIEW) count(bought, item);
        isBeginning = false;
        if (deeds.types[deed] === PURCHASE) bought = item;
      }
    }
  });

/** `pairs` counts every item that followed another. */
const beyondExpected = (
  { categories, categoryOf, share, demand }: CategoryFacts,
  pairs: (count: (last: number, item: number) => void) => void,
): Successors => {
  const items = share.length;
  const counts = new Float32Array(items * items);
  const outOf = new Float64Array(items);
  const between = new Float64Array(categories * categories);
  const outOfCategory = new Float64Array(categories);
  pairs((last, item) => {
    const [from, to] = [categoryOf[last] as number, categoryOf[item] as number];
    counts[last * items + item] = (counts[last * items + item] as number) + 1;
    outOf[last] = (outOf[last] as number) + 1;
    between[from * categories + to] = (between[from * categories + to] as number) + 1;
    outOfCategory[from] = (outOfCategory[from] as number) + 1;
  });
  const [lift, excess] = [new Float32Array(items * items), new Float32Array(items * items)];
  for (let row = 0; row < items; row += 1)
    for (let item = 0; item < items; item += 1) {
      const [from, to] = [categoryOf[row] as number, categoryOf[item] as number];
      const toCategory =
        ((between[from * categories + to] as number) + (demand[to] as number)) / ((outOfCategory[from] as number) + 1);
      const expected = (outOf[row] as number) * toCategory * (share[item] as number);
      const found = counts[row * items + item] as number;
      lift[row * items + item] = Math.log((found + 2) / (expected + 2));
      excess[row * items + item] = Math.max(0, found - expected) / ((outOf[row] as number) + DOUBT);
    }
  return { lift, excess };
};

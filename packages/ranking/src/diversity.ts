import type { CatalogFeatures } from './catalog-features.ts';
import type { RankingConfiguration } from './configuration.ts';

const bits = (word: number): number => {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
};
/** The items' cells of a column. A loop, because `from` with a function is ten times slower. */
const pick = (column: Int32Array, items: Int32Array, none: number): Int32Array => {
  const cells = new Int32Array(items.length);
  for (let i = 0; i < items.length; i += 1) cells[i] = column[items[i] as number] ?? none;
  return cells;
};

/** Two unrelated titles differ in about half of the bits. */
const UNRELATED_BITS = 16;

/**
 * Maximal marginal relevance: again and again the candidate with the most
 * λ · score / best score − (1 − λ) · likeness to the likest already chosen; the earlier one where two are equal.
 * Likeness is that of category, department, brand and title. Candidates come best first, and likeness only takes away: so
 * a turn ends at the first whose score alone is no better than the best worth found, and a candidate is compared with
 * what was chosen since its last turn only when its turn comes. The list is that of comparing all with all.
 */
export const createDiversity = (features: CatalogFeatures, configuration: RankingConfiguration['diversity']) => {
  const { lambda, category: forCategory, department: forDepartment, brand: forBrand, title: forTitle } = configuration;

  /** items: best first, [candidates]; scores by candidate. Returns at most `size` places in `items`. */
  return (items: Int32Array, scores: Float64Array, size: number): Int32Array => {
    const { columns } = features;
    const category = pick(columns.category, items, -1);
    const department = pick(columns.department, items, -1);
    const brand = pick(columns.brand, items, -1);
    const title = pick(columns.signature, items, 0);
    // standardised scores can all be below zero; dividing by next to nothing would make every worth -Infinity
    const best = (scores[0] ?? 0) > 0 ? (scores[0] as number) : 1;
    const likest = new Float64Array(items.length);
    /** How many of the chosen ones a candidate was compared with; -1 once it is chosen itself. */
    const compared = new Int32Array(items.length);
    const order = new Int32Array(Math.min(size, items.length));
    const alike = (i: number, chosen: number): number => {
      let sum = 0;
      if (category[i] === category[chosen] && category[i] !== -1) sum += forCategory;
      if (department[i] === department[chosen] && department[i] !== -1) sum += forDepartment;
      if (brand[i] === brand[chosen] && brand[i] !== -1) sum += forBrand;
      const apart = bits((title[i] as number) ^ (title[chosen] as number));
      if (apart < UNRELATED_BITS && title[i] !== 0) sum += forTitle * (1 - apart / UNRELATED_BITS);
      return sum;
    };
    let first = 0;
    for (let place = 0; place < order.length; place += 1) {
      let most = Number.NEGATIVE_INFINITY;
      let next = -1;
      while (compared[first] === -1) first += 1;
      for (let i = first; i < items.length; i += 1) {
        const alone = (lambda * (scores[i] as number)) / best;
        if (alone <= most) break;
        let at = compared[i] as number;
        if (at === -1) continue;
        let nearest = likest[i] as number;
        for (; at < place; at += 1) nearest = Math.max(nearest, alike(i, order[at] as number));
        likest[i] = nearest;
        compared[i] = place;
        const worth = alone - (1 - lambda) * nearest;
        if (worth > most) {
          most = worth;
          next = i;
        }
      }
      compared[next] = -1;
      order[place] = next;
    }
    return order;
  };
};

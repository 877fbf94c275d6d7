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
 * Likeness is that of category, department, brand and title. Cost: pool × size looks at numbers, whatever the catalogue.
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
    // those not chosen yet, in their order
    const open = items.map((_, i) => i);
    let openCount = items.length;
    const order = new Int32Array(Math.min(size, items.length));
    let last = -1;
    for (let place = 0; place < order.length; place += 1) {
      let most = Number.NEGATIVE_INFINITY;
      let next = -1;
      let stay = 0;
      for (let at = 0; at < openCount; at += 1) {
        const i = open[at] as number;
        if (i === last) continue;
        open[stay] = i;
        stay += 1;
        if (last !== -1) {
          let alike = 0;
          if (category[i] === category[last] && category[i] !== -1) alike += forCategory;
          if (department[i] === department[last] && department[i] !== -1) alike += forDepartment;
          if (brand[i] === brand[last] && brand[i] !== -1) alike += forBrand;
          const apart = bits((title[i] as number) ^ (title[last] as number));
          if (apart < UNRELATED_BITS && title[i] !== 0) alike += forTitle * (1 - apart / UNRELATED_BITS);
          if (alike > (likest[i] as number)) likest[i] = alike;
        }
        const worth = (lambda * (scores[i] as number)) / best - (1 - lambda) * (likest[i] as number);
        if (worth > most) {
          most = worth;
          next = i;
        }
      }
      openCount = stay;
      last = next;
      order[place] = next;
    }
    return order;
  };
};

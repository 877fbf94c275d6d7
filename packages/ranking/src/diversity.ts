import type { CatalogFeatures } from './catalog-features.ts';
import type { RankingConfiguration } from './configuration.ts';

/** Bits of a word that are set. */
const bits = (word: number): number => {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
};

/** Two unrelated titles differ in about half of the bits. */
const UNRELATED_BITS = 16;
/** Numbers of an item that are compared: of its category, department and brand, and its title's signature. */
const TRAITS = 4;
/** 1 where two numbers differ, 0 where they are equal: a branch would be mispredicted every other time. */
const differ = (a: number, b: number): number => {
  const x = a ^ b;
  return (x | -x) >>> 31;
};

/**
 * Maximal marginal relevance: again and again the candidate with the most
 * λ · score / best score − (1 − λ) · likeness to the likest already chosen; the earlier one where two are equal.
 * Likeness is that of category, department, brand and title. Candidates come best first, and likeness only takes away: so
 * a turn ends at the first whose score alone is no better than the best worth found, and a candidate is compared only
 * while it may still be worth more than that. The list is that of comparing all with all.
 */
export const createDiversity = (features: CatalogFeatures, configuration: RankingConfiguration['diversity']) => {
  const { lambda, pool } = configuration;
  /** Likeness but for the title, by what differs: category 1, department 2, brand 4. */
  const shared = Float64Array.from({ length: 8 }, (_, apart) => {
    let sum = 0;
    if ((apart & 1) === 0) sum += configuration.category;
    if ((apart & 2) === 0) sum += configuration.department;
    if ((apart & 4) === 0) sum += configuration.brand;
    return sum;
  });
  /** By the bits in which two titles differ. */
  const titles = Float64Array.from({ length: 33 }, (_, apart) =>
    apart < UNRELATED_BITS ? configuration.title * (1 - apart / UNRELATED_BITS) : 0,
  );
  const atMost = titles[0] as number;

  // used again for the next list
  /** [candidates, TRAITS] */
  let traits = new Int32Array(TRAITS * pool);
  /** [chosen, TRAITS] */
  let chosen = new Int32Array(TRAITS * pool);
  /** By candidate: λ · score / best score. */
  let alone = new Float64Array(pool);
  /** By candidate: what it was worth beside the chosen ones that it was compared with, -∞ once it is chosen itself. */
  let worth = new Float64Array(pool);
  /** Likeness to the likest of those, and how many they are. */
  let likest = new Float64Array(pool);
  let compared = new Int32Array(pool);

  const read = (items: Int32Array, length: number) => {
    if (length > likest.length) {
      traits = new Int32Array(TRAITS * length);
      chosen = new Int32Array(TRAITS * length);
      alone = new Float64Array(length);
      worth = new Float64Array(length);
      likest = new Float64Array(length);
      compared = new Int32Array(length);
    }
    const { category, department, brand, signature } = features.columns;
    for (let i = 0, at = 0; i < length; i += 1, at += TRAITS) {
      const item = items[i] as number;
      const known = item < category.length;
      // where it has none, numbers that no other has
      const none = -2 - i;
      traits[at] = known && category[item] !== -1 ? (category[item] as number) : none;
      traits[at + 1] = known && department[item] !== -1 ? (department[item] as number) : none;
      traits[at + 2] = known && brand[item] !== -1 ? (brand[item] as number) : none;
      traits[at + 3] = known ? (signature[item] as number) : 0;
      likest[i] = 0;
      compared[i] = 0;
    }
  };

  /**
   * Compares a candidate with the chosen ones up to a place that it was not compared with, and no longer than it may be
   * worth more than `most`.
   */
  const compare = (i: number, place: number, most: number) => {
    const category = traits[TRAITS * i] as number;
    const department = traits[TRAITS * i + 1] as number;
    const brand = traits[TRAITS * i + 2] as number;
    const title = traits[TRAITS * i + 3] as number;
    const own = alone[i] as number;
    let left = worth[i] as number;
    let nearest = likest[i] as number;
    let to = compared[i] as number;
    for (; to < place && left > most; to += 1) {
      const at = TRAITS * to;
      const apart =
        differ(category, chosen[at] as number) |
        (differ(department, chosen[at + 1] as number) << 1) |
        (differ(brand, chosen[at + 2] as number) << 2);
      const base = shared[apart] as number;
      if (base + atMost <= nearest) continue;
      const other = chosen[at + 3] as number;
      const alike = title === 0 || other === 0 ? base : base + (titles[bits(title ^ other)] as number);
      if (alike <= nearest) continue;
      nearest = alike;
      left = own - (1 - lambda) * nearest;
    }
    compared[i] = to;
    likest[i] = nearest;
    worth[i] = left;
  };

  /**
   * items, scores: of the candidates, best first, [length] and maybe more. Writes places in `items` into `order` and
   * returns how many: at most as many as `order` takes.
   */
  return (items: Int32Array, scores: Float64Array, length: number, order: Int32Array): number => {
    read(items, length);
    // standardised scores can all be below zero; dividing by next to nothing would make every worth -Infinity
    const best = length > 0 && (scores[0] as number) > 0 ? (scores[0] as number) : 1;
    for (let i = 0; i < length; i += 1) {
      alone[i] = (lambda * (scores[i] as number)) / best;
      worth[i] = alone[i] as number;
    }
    const size = Math.min(order.length, length);
    let first = 0;
    for (let place = 0; place < size; place += 1) {
      let most = Number.NEGATIVE_INFINITY;
      let next = -1;
      while (worth[first] === Number.NEGATIVE_INFINITY) first += 1;
      for (let i = first; i < length; i += 1) {
        if ((alone[i] as number) <= most) break;
        if ((worth[i] as number) <= most) continue;
        compare(i, place, most);
        if ((worth[i] as number) > most) {
          most = worth[i] as number;
          next = i;
        }
      }
      worth[next] = Number.NEGATIVE_INFINITY;
      order[place] = next;
      for (let t = 0; t < TRAITS; t += 1) chosen[TRAITS * place + t] = traits[TRAITS * next + t] as number;
    }
    return size;
  };
};

import type { Writable } from '@nextcart/contracts';
import type { CategoryShare } from '../catalog-features.ts';

/**
 * How much a subject cares for categories: Σ share · weight over its events, by category. Invariants: a category that no
 * event speaks for has exactly 0, because sums of one term are taken apart without a rest, and of none are not read;
 * what was taken out comes back bit by bit.
 */
export interface Care {
  /** Categories that an event speaks for, in the order of their first event. */
  readonly categories: Int32Array;
  readonly count: number;
  /** Sum of a category; 0 for -1 and for one that nothing speaks for. */
  of(category: number): number;
  /** Events that speak for a category. */
  voices(category: number): number;
  clear(): void;
  /** Adds an event's shares, each category once. */
  add(shares: readonly CategoryShare[], weight: number): void;
  /** Takes one of the events out, to be put back before the next. */
  takeOut(shares: readonly CategoryShare[], weight: number): void;
  putBack(shares: readonly CategoryShare[]): void;
}

const FIRST_CATEGORIES = 1024;

export const createCare = (): Care => {
  let sums = new Float64Array(FIRST_CATEGORIES);
  let voices = new Int32Array(FIRST_CATEGORIES);
  /** By category, while one of its events is out. */
  let kept = new Float64Array(FIRST_CATEGORIES);

  const makeRoom = (category: number) => {
    const { categories, count } = care;
    if (count === categories.length) {
      care.categories = new Int32Array(2 * count);
      care.categories.set(categories);
    }
    if (category < sums.length) return;
    const size = Math.max(category + 1, 2 * sums.length);
    const [wider, voicesOf] = [new Float64Array(size), new Int32Array(size)];
    wider.set(sums);
    voicesOf.set(voices);
    sums = wider;
    voices = voicesOf;
    kept = new Float64Array(size);
  };

  const care: Writable<Care> = {
    categories: new Int32Array(64),
    count: 0,
    of: (category) => (category >= 0 && category < sums.length ? (sums[category] as number) : 0),
    voices: (category) => (category >= 0 && category < voices.length ? (voices[category] as number) : 0),
    clear: () => {
      const { categories, count } = care;
      for (let c = 0; c < count; c += 1) {
        sums[categories[c] as number] = 0;
        voices[categories[c] as number] = 0;
      }
      care.count = 0;
    },
    add: (shares, weight) => {
      for (let i = 0; i < shares.length; i += 1) {
        const { category, share } = shares[i] as CategoryShare;
        makeRoom(category);
        if (voices[category] === 0) care.categories[care.count++] = category;
        sums[category] = (sums[category] as number) + share * weight;
        voices[category] = (voices[category] as number) + 1;
      }
    },
    takeOut: (shares, weight) => {
      for (let i = 0; i < shares.length; i += 1) {
        const { category, share } = shares[i] as CategoryShare;
        kept[category] = sums[category] as number;
        const left = (voices[category] as number) - 1;
        voices[category] = left;
        // a difference of equals leaves noise, and noise is no care
        sums[category] = left === 0 ? 0 : Math.max(0, (sums[category] as number) - share * weight);
      }
    },
    putBack: (shares) => {
      for (let i = 0; i < shares.length; i += 1) {
        const { category } = shares[i] as CategoryShare;
        sums[category] = kept[category] as number;
        voices[category] = (voices[category] as number) + 1;
      }
    },
  };
  return care;
};

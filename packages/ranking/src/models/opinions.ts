import type { ListSource } from '@nextcart/contracts';
import { type Candidates, createBest, NO_ITEM, onScale, type StandardRoots } from '@nextcart/models';
import type { ItemNumbers } from './model-events.ts';

/**
 * What the models of a release say of all items to one subject, z-scores by model (models, standard-roots.ts). An item
 * that the release does not know gets 0, the mean: no opinion. Good until the models are asked again.
 */
export interface Opinions {
  readonly sources: readonly ListSource[];
  /** Of an index in the process's ItemIndex. */
  of(source: number, item: number): number;
  /**
   * Hands over the items with the largest Σ weight · z, best first, ties by id, as indices in the process's ItemIndex;
   * at most `TOP_ITEMS`.
   */
  eachBest(weights: readonly number[], take: (item: number) => void): void;
  /**
   * Scores of a few items had one event not happened, into [cells, items.length]; `scores` are those of now. On the scale
   * of the whole history, since another one would need all items again. An event that models don't see changes nothing.
   */
  without(source: number, cells: Int32Array, items: Candidates, scores: Float64Array, into: Float64Array): void;
}

/** Twice what is looked at for diversity: some of them will be filtered. */
export const TOP_ITEMS = 200;
/** Items that are looked at together: most of them hold none of the best. */
const BLOCK = 32;

/** One model's answers for a batch. */
export interface Answers {
  readonly source: ListSource;
  readonly found: StandardRoots;
  /** Half the logits of a few items, [1 + left out, items.length]: of the row's history, and of it without each event. */
  halvesOf(row: number, items: Int32Array, into: Float64Array): void;
}

/** Reads rows of answers. `ids`: by number. */
export const createOpinionReader = (ids: readonly string[], numbers: ItemNumbers) => {
  const items = ids.length;
  const most = Math.min(TOP_ITEMS, items);
  const best = createBest(most, (item) => ids[item] as string);
  const top = new Int32Array(most);
  /** Σ factor · root: z up to a constant that all items have. */
  const sums = new Float64Array(items);
  const maxima = new Float64Array(Math.ceil(items / BLOCK));
  const sorted = new Float64Array(maxima.length);

  const addUp = (answers: readonly Answers[], row: number, weights: readonly number[]) => {
    answers.forEach(({ found: { roots, scales } }, at) => {
      const factor = (weights[at] as number) * (scales[row] as number);
      const start = row * items;
      if (at === 0) for (let item = 0; item < items; item += 1) sums[item] = factor * (roots[start + item] as number);
      else
        for (let item = 0; item < items; item += 1)
          sums[item] = (sums[item] as number) + factor * (roots[start + item] as number);
    });
  };
  /** As many items as are wanted are at or above it: one in each of the blocks with the best maxima. */
  const leastOfBest = (): number => {
    for (let block = 0, item = 0; block < maxima.length; block += 1) {
      let maximum = Number.NEGATIVE_INFINITY;
      for (const end = Math.min(items, item + BLOCK); item < end; item += 1)
        if ((sums[item] as number) > maximum) maximum = sums[item] as number;
      maxima[block] = maximum;
    }
    if (maxima.length < most) return Number.NEGATIVE_INFINITY;
    sorted.set(maxima);
    sorted.sort();
    return sorted[maxima.length - most] as number;
  };

  /** `leftOut`: cells of the row's history that its answers can do without. */
  return (answers: readonly Answers[], row: number, leftOut: readonly number[]): Opinions => {
    const first = row * items;
    const zOf = ({ found }: Answers, item: number) =>
      ((found.roots[first + item] as number) - (found.means[row] as number)) * (found.scales[row] as number);
    return {
      sources: answers.map(({ source }) => source),
      of: (source, index) => {
        const item = numbers.of(index);
        return item < 0 ? 0 : zOf(answers[source] as Answers, item);
      },
      eachBest: (weights, take) => {
        addUp(answers, row, weights);
        const least = leastOfBest();
        for (let block = 0; block < maxima.length; block += 1) {
          if ((maxima[block] as number) < least) continue;
          for (let item = block * BLOCK; item < Math.min(items, (block + 1) * BLOCK); item += 1)
            if ((sums[item] as number) >= least) best.offer(item, sums[item] as number);
        }
        const count = best.drain(top);
        for (let at = 0; at < count; at += 1) take(numbers.indexOf(top[at] as number));
      },
      without: (source, cells, candidates, scores, into) => {
        const { found, halvesOf } = answers[source] as Answers;
        const width = candidates.length;
        const known = Int32Array.from({ length: width }, (_, slot) => numbers.of(candidates.items[slot] as number));
        const slots = known.map((_, slot) => slot).filter((slot) => known[slot] !== NO_ITEM);
        const few = slots.map((slot) => known[slot] as number);
        const halves = new Float64Array((1 + leftOut.length) * few.length);
        halvesOf(row, few, halves);
        cells.forEach((cell, k) => {
          into.set(scores.subarray(0, width), k * width);
          const lane = 1 + leftOut.indexOf(cell);
          if (lane === 0) return;
          for (let at = 0; at < few.length; at += 1) {
            const place = k * width + (slots[at] as number);
            const fall =
              onScale(found, row, halves[at] as number) - onScale(found, row, halves[lane * few.length + at] as number);
            into[place] = (into[place] as number) - fall;
          }
        });
      },
    };
  };
};

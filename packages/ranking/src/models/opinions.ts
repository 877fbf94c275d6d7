import type { ListSource } from '@nextcart/contracts';
import { BLOCK, type Candidates, NO_ITEM, onScale, type StandardRoots, TOP_ITEMS } from '@nextcart/models';
import type { ItemNumbers } from './model-events.ts';

/**
 * What the models of a release say of all items to one subject, z-scores by model (models, standard-roots.ts). An item
 * that the release does not know gets 0, the mean: no opinion. Good until the models are asked again.
 */
export interface Opinions {
  readonly sources: readonly ListSource[];
  /** z of an index in the process's ItemIndex. */
  of(source: number, item: number): number;
  /** The same of the first `length` items, into every `stride`-th number of `into` from `first` on. */
  fill(source: number, items: Int32Array, length: number, into: Float64Array, first: number, stride: number): void;
  /**
   * Hands over, as indices in the process's ItemIndex, a model's items that are at least as good as its `TOP_ITEMS`-th: half
   * as many again as are looked at for diversity, since some of them will be filtered. Their order is the release's own.
   */
  eachBest(source: number, take: (item: number) => void): void;
  /**
   * Scores of a few items had one event not happened, into [cells, items.length]; `scores` are those of now. On the scale
   * of the whole history, since another one would need all items again. An event that models don't see changes nothing.
   */
  without(source: number, cells: Int32Array, items: Candidates, scores: Float64Array, into: Float64Array): void;
}

/** One model's answers for a batch. */
export interface Answers {
  readonly source: ListSource;
  readonly found: StandardRoots;
  /** Half the logits of a few items, [1 + left out, items.length]: of the row's history, and of it without each event. */
  halvesOf(row: number, items: Int32Array, into: Float64Array): void;
}

/** Reads rows of answers over `items` items. */
export const createOpinionReader = (items: number, numbers: ItemNumbers) => {
  /** `leftOut`: cells of the row's history that its answers can do without. */
  return (answers: readonly Answers[], row: number, leftOut: readonly number[]): Opinions => {
    const zOf = ({ found }: Answers, item: number) =>
      ((found.roots[row * found.places + item] as number) - (found.means[row] as number)) *
      (found.scales[row] as number);
    return {
      sources: answers.map(({ source }) => source),
      of: (source, index) => {
        const item = numbers.of(index);
        return item < 0 ? 0 : zOf(answers[source] as Answers, item);
      },
      fill: (source, some, length, into, first, stride) => {
        const { roots, places, means, scales } = (answers[source] as Answers).found;
        const [start, mean, scale] = [row * places, means[row] as number, scales[row] as number];
        for (let k = 0, at = first; k < length; k += 1, at += stride) {
          const item = numbers.of(some[k] as number);
          into[at] = item < 0 ? 0 : ((roots[start + item] as number) - mean) * scale;
        }
      },
      eachBest: (source, take) => {
        const { roots, places, blocks } = (answers[source] as Answers).found;
        const count = Math.min(TOP_ITEMS, places / BLOCK);
        const [first, last] = [row * count, (row + 1) * count - 1];
        // each block has an item that is at least as good as the best of the last: no more are wanted than there are blocks
        let least = 0;
        if (count === TOP_ITEMS) {
          const start = row * places + (blocks[last] as number) * BLOCK;
          for (let at = start; at < start + BLOCK; at += 1) least = Math.max(least, roots[at] as number);
        }
        for (let k = first; k <= last; k += 1) {
          const start = (blocks[k] as number) * BLOCK;
          const end = Math.min(items, start + BLOCK);
          for (let item = start; item < end; item += 1)
            if ((roots[row * places + item] as number) >= least) take(numbers.indexOf(item));
        }
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

import type { ListSource } from '@nextcart/contracts';
import { type Candidates, NO_ITEM, onScale, type StandardRoots } from '@nextcart/models';
import { eachBestOf } from './best-blocks.ts';
import type { ItemNumbers } from './model-events.ts';
import type { PurchaseChances } from './purchase-chances.ts';

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
   * Hands over a model's best `wanted` items and maybe more, as indices in the process's ItemIndex. Their order is the
   * release's own.
   */
  eachBest(source: number, wanted: number, take: (item: number) => void): void;
  /**
   * Scores of a few items had one event not happened, into [cells, items.length]; `scores` are those of now. On the scale
   * of the whole history, since another one would need all items again. An event that models don't see changes nothing.
   */
  without(source: number, cells: Int32Array, items: Candidates, scores: Float64Array, into: Float64Array): void;
  /** What is bought next; undefined where the release can't say or nobody asks. */
  readonly purchases: PurchaseChances | undefined;
}

/** One model's answers for a batch. */
export interface Answers {
  readonly source: ListSource;
  readonly found: StandardRoots;
  /** Half the logits of a few items, [1 + left out, items.length]: of the row's history, and of it without each event. */
  halvesOf(row: number, items: Int32Array, into: Float64Array): void;
}

/** Reads rows of answers over `items` items. */
export const createOpinionReader = (items: number, numbers: Pick<ItemNumbers, 'of' | 'indexOf'>) => {
  // used again and again: of candidates that the release knows, their slots and numbers, and half their logits
  let [slots, known] = [new Int32Array(64), new Int32Array(64)];
  let halves = new Float64Array(0);
  /** `leftOut`: cells of the row's history that its answers can do without. */
  return (
    answers: readonly Answers[],
    row: number,
    leftOut: readonly number[],
    purchases?: PurchaseChances,
  ): Opinions => {
    const zOf = ({ found }: Answers, item: number) =>
      ((found.roots[row * found.places + item] as number) - (found.means[row] as number)) *
      (found.scales[row] as number);
    return {
      sources: answers.map(({ source }) => source),
      purchases,
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
      eachBest: (source, wanted, take) => {
        const { roots, places, maxima } = (answers[source] as Answers).found;
        eachBestOf({ values: roots, places, maxima }, row, { items, wanted }, (item) => take(numbers.indexOf(item)));
      },
      without: (source, cells, candidates, scores, into) => {
        const { found, halvesOf } = answers[source] as Answers;
        const width = candidates.length;
        if (slots.length < width) [slots, known] = [new Int32Array(width), new Int32Array(width)];
        let count = 0;
        for (let slot = 0; slot < width; slot += 1) {
          const item = numbers.of(candidates.items[slot] as number);
          if (item === NO_ITEM) continue;
          slots[count] = slot;
          known[count] = item;
          count += 1;
        }
        const few = known.subarray(0, count);
        if (halves.length < (1 + leftOut.length) * count) halves = new Float64Array((1 + leftOut.length) * count);
        halvesOf(row, few, halves);
        cells.forEach((cell, k) => {
          into.set(scores.subarray(0, width), k * width);
          const lane = 1 + leftOut.indexOf(cell);
          if (lane === 0) return;
          for (let at = 0; at < count; at += 1) {
            const place = k * width + (slots[at] as number);
            const fall =
              onScale(found, row, halves[at] as number) - onScale(found, row, halves[lane * count + at] as number);
            into[place] = (into[place] as number) - fall;
          }
        });
      },
    };
  };
};

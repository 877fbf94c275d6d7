import type { ListSource } from '@nextcart/contracts';
import { createBest, type StandardRoots } from '@nextcart/models';
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
}

/** Twice what is looked at for diversity: some of them will be filtered. */
export const TOP_ITEMS = 250;

/** One model's answers for a batch. */
export interface Answers {
  readonly source: ListSource;
  readonly found: StandardRoots;
}

/** Reads rows of answers. `ids`: by number. */
export const createOpinionReader = (ids: readonly string[], numbers: ItemNumbers) => {
  const items = ids.length;
  const best = createBest(Math.min(TOP_ITEMS, items), (item) => ids[item] as string);
  const top = new Int32Array(TOP_ITEMS);
  /** Σ factor · root: z up to a constant that all items have. */
  const sums = new Float64Array(items);

  return (answers: readonly Answers[], row: number): Opinions => {
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
        answers.forEach(({ found: { roots, scales } }, at) => {
          const factor = (weights[at] as number) * (scales[row] as number);
          if (at === 0)
            for (let item = 0; item < items; item += 1) sums[item] = factor * (roots[first + item] as number);
          else
            for (let item = 0; item < items; item += 1)
              sums[item] = (sums[item] as number) + factor * (roots[first + item] as number);
        });
        for (let item = 0; item < items; item += 1) {
          const sum = sums[item] as number;
          if (sum >= best.least()) best.offer(item, sum);
        }
        const count = best.drain(top);
        for (let at = 0; at < count; at += 1) take(numbers.indexOf(top[at] as number));
      },
    };
  };
};

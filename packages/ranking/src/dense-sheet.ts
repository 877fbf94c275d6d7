import { createScoreSheet, type ScoreSheet } from '@nextcart/models';

/** Scores of a part that touches most items, before they are standardised. */
export interface DenseSheet extends ScoreSheet {
  /** Hands over each touched item as it is, in the order of touching. */
  each(take: (item: number, value: number) => void): void;
  /** Hands over each touched item, in the order of touching, less the mean and by the deviation of the touched. */
  standardised(take: (item: number, value: number) => void): void;
}

export const createDenseSheet = (): DenseSheet => {
  const scores = new Map<number, number>();
  return {
    ...createScoreSheet((item, value) => void scores.set(item, (scores.get(item) ?? 0) + value)),
    each: (take) => {
      for (const [item, value] of scores) take(item, value);
    },
    standardised: (take) => {
      let sum = 0;
      for (const value of scores.values()) sum += value;
      const mean = sum / scores.size;
      let squares = 0;
      for (const value of scores.values()) squares += (value - mean) ** 2;
      const deviation = Math.sqrt(squares / scores.size);
      // all alike: no opinion
      for (const [item, value] of scores) take(item, deviation > 0 ? (value - mean) / deviation : 0);
    },
  };
};

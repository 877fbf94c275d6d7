import type { ScoreKind } from '@nextcart/models';
import type { Choice, Curve, QualityContext, QualityRow } from '../quality-bench.ts';
import type { Known, Look, Period } from './shop-log.ts';

/** Looks that are scored at once: what parts are made for. */
export const BATCH = 64;

/** A fitted model at work. */
export interface ShopPart {
  /** Scores [at least looks.length, items] of at most `BATCH` looks; good until the next call. */
  score(looks: readonly Look[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/** A row of the table: how its settings are chosen, and how it is fitted again on all that is known before the test. */
export interface ShopRecipe {
  readonly name: string;
  readonly kind: Exclude<QualityRow['kind'], 'fusion'>;
  /** What its scores are for a fusion; absent: no logits. */
  readonly scores?: ScoreKind;
  choose(validation: Period, context: QualityContext): Promise<ChosenShop>;
}

export interface ChosenShop {
  readonly choice: Choice;
  readonly curve?: Curve;
  /** Fitted on what is known before the validation. */
  readonly part: ShopPart;
  refit(known: Known): Promise<ShopPart>;
}

/** Adds the scores of one look to zeros, [items]; `place` of the look among those that are scored at once. */
export type ScoreLook = (look: Look, into: Float32Array, place: number) => void;

export const plainShopPart = (items: number, scoreOne: ScoreLook): ShopPart => {
  const scores = new Float32Array(BATCH * items);
  return {
    score: (looks) => {
      scores.fill(0);
      looks.forEach((look, at) => {
        scoreOne(look, scores.subarray(at * items, (at + 1) * items), at);
      });
      return Promise.resolve(scores);
    },
    close: () => Promise.resolve(),
  };
};

/** From one seed's model to the next that is averaged with it. */
export const SEEDS_APART = 1000;

/** Mean of the scores; parts must be on one scale. */
export const meanOfParts = (parts: readonly ShopPart[], items: number): ShopPart => {
  const mean = new Float32Array(BATCH * items);
  return {
    score: async (looks) => {
      mean.fill(0);
      for (const part of parts) {
        const scores = await part.score(looks);
        for (let at = 0; at < looks.length * items; at += 1)
          mean[at] = (mean[at] as number) + (scores[at] as number) / parts.length;
      }
      return mean;
    },
    close: async () => {
      for (const part of parts) await part.close();
    },
  };
};

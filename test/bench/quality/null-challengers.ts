import { decideGate, gateDefaults } from '@nextcart/models';
import { createRandom } from './random.ts';

const NULLS = 200;
/** 5 %, and what chance adds to 200 draws in 99 of 100 cases. */
export const NULL_CEILING = 0.05 + 2.33 * Math.sqrt((0.05 * 0.95) / NULLS);

/**
 * Two models' figures of real subjects, of whom 2,000 are drawn, and whose figure is whose is left to chance: neither
 * model is better, whatever the two were. A whole day's alpha goes into one look.
 */
export const shareOfNullsCalledSuperior = (one: Float64Array, other: Float64Array): number => {
  const random = createRandom(1);
  let superior = 0;
  for (let seed = 1; seed <= NULLS; seed += 1) {
    const [challenger, champion] = [new Float64Array(2000), new Float64Array(2000)];
    for (let at = 0; at < challenger.length; at += 1) {
      const subject = Math.floor(random() * one.length);
      const pair = [one[subject] as number, other[subject] as number] as const;
      const swap = random() < 0.5;
      challenger[at] = pair[swap ? 1 : 0];
      champion[at] = pair[swap ? 0 : 1];
    }
    const decision = decideGate(
      // the worst case: nothing but the claim itself stands in the way
      {
        challenger,
        anchor: champion,
        champion,
        baselines: { nothing: new Float64Array(2000) },
        newer: true,
        looksToday: 0,
        seed,
      },
      { ...gateDefaults, margin: 0.9, looksPerDay: 1, resamples: 400 },
    );
    if (decision.superior) superior += 1;
  }
  return superior / NULLS;
};

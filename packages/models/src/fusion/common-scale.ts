import { standardise } from './standardise.ts';

/** What a part's scores are: logits of a softmax over items, or anything else of which more is better. */
export type ScoreKind = 'logits' | 'scores';

/**
 * One subject's scores by one part as a fusion adds them: standardised over what may be shown, logits as the square
 * roots of their probabilities. A part that is sure of a few items says so by ratios: standardised logits make too little
 * of them beside the neighbours of a session, standardised probabilities too much beside EDLAE; roots lie between, and
 * are good on both validations, Diginetica's and MovieLens'.
 */
export const toCommonScale = (
  /** [items]; what is not finite throws a RangeError, but for −∞ among logits, a probability of 0. */
  scores: Float32Array,
  kind: ScoreKind,
  /** Items that can't be shown, each once. */
  excluded: Int32Array,
  /** [items]; may be `scores`. */
  into: Float32Array,
): void => {
  if (kind === 'logits') toRoots(scores, excluded, into);
  standardise(kind === 'logits' ? into : scores, excluded, into);
};

/** √p up to a factor, which standardising takes away; 0 for what can't be shown. */
const toRoots = (logits: Float32Array, excluded: Int32Array, into: Float32Array): void => {
  into.set(logits);
  for (const item of excluded) into[item] = -Infinity;
  let most = -Infinity;
  for (let item = 0; item < into.length; item += 1) most = Math.max(most, into[item] as number);
  for (let item = 0; item < into.length; item += 1) into[item] = Math.exp(((into[item] as number) - most) / 2);
};

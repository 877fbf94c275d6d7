/**
 * What a subject buys next, with chances that mean what they say: scores asked for the type of a purchase, a temperature
 * for the whole list, and a rising function over the chances of the best.
 */
import { createBest } from '../best.ts';
import {
  calibrated,
  expectedCalibrationError,
  fitIsotonic,
  fitTemperature,
  type Isotonic,
  type ScoredTargets,
  softmaxAt,
} from './calibration.ts';
import { NO_ITEM } from './events.ts';

export interface PurchaseCalibration {
  readonly temperature: number;
  readonly isotonic: Isotonic;
}

export interface NextPurchase {
  /** Most likely first, ties by number. */
  readonly items: Int32Array;
  /** [items], in [0, 1]. */
  readonly chances: Float32Array;
}

/** The `top` items by softmax at a temperature, with a function of each chance. */
const bestOf = (
  scores: Float32Array,
  temperature: number,
  top: number,
  bend: (chance: number) => number = (chance) => chance,
): NextPurchase => {
  const all = new Float32Array(scores.length);
  softmaxAt(scores, temperature, all);
  const best = createBest(Math.min(top, scores.length), idOf);
  for (let item = 0; item < all.length; item += 1) best.offer(item, all[item] as number);
  const items = best.take();
  return { items, chances: Float32Array.from(items, (item) => bend(all[item] as number)) };
};
/** As long for all items, so that ids order as numbers do. */
const idOf = (item: number): string => String(item).padStart(10, '0');

/** Chances of the first `top` items of each subject, side by side, with 1 where an item came. */
const listed = (given: ScoredTargets, top: number, listOf: (scores: Float32Array) => NextPurchase) => {
  const chances = new Float32Array(given.count * top);
  const outcomes = new Uint8Array(given.count * top);
  let count = 0;
  for (let at = 0; at < given.count; at += 1) {
    const list = listOf(given.scores(at));
    list.items.forEach((item, place) => {
      chances[count] = list.chances[place] as number;
      outcomes[count] = Number(item === given.target(at));
      count += 1;
    });
  }
  return { chances: chances.subarray(0, count), outcomes: outcomes.subarray(0, count) };
};

/** Listed items that a step of chances is fitted on at least: by so many, one of .5 is known to ± .08. */
const LEAST = 40;

/** Those whose target has a score. */
const knownOf = (given: ScoredTargets): ScoredTargets => {
  const known = Array.from({ length: given.count }, (_, at) => at).filter((at) => given.target(at) !== NO_ITEM);
  const placeOf = (at: number) => known[at] as number;
  return {
    count: known.length,
    scores: (at) => given.scores(placeOf(at)),
    target: (at) => given.target(placeOf(at)),
  };
};

/**
 * Fitted on a validation: purchases that training has not seen. One of an item that the model does not know, `NO_ITEM`,
 * has no say in the temperature, but all that was listed before it came to nothing. Throws a RangeError without any that
 * the model knows.
 */
export const fitPurchaseCalibration = (given: ScoredTargets, top: number): PurchaseCalibration => {
  const temperature = fitTemperature(knownOf(given));
  const { chances, outcomes } = listed(given, top, (scores) => bestOf(scores, temperature, top));
  return { temperature, isotonic: fitIsotonic(chances, outcomes, LEAST) };
};

/** The `top` most likely next purchases out of the scores of all items. */
export const nextPurchase = (
  scores: Float32Array,
  { temperature, isotonic }: PurchaseCalibration,
  top: number,
): NextPurchase => bestOf(scores, temperature, top, (chance) => calibrated(isotonic, chance));

/** Expected calibration error of the first `top` chances, on purchases that neither training nor the fit has seen. */
export const purchaseCalibrationError = (
  given: ScoredTargets,
  calibration: PurchaseCalibration,
  top: number,
  bins: number,
): number => {
  const { chances, outcomes } = listed(given, top, (scores) => nextPurchase(scores, calibration, top));
  return expectedCalibrationError(chances, outcomes, bins);
};

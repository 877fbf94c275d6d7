import { setImmediate } from 'node:timers/promises';
import { fitPurchaseCalibration, NO_ITEM, type PurchaseCalibration } from '@nextcart/models';
import { openPurchaseScores } from '@nextcart/ranking';
import { historiesOf, MEASURING_BATCH } from './contenders.ts';
import type { Candidate } from './merge-artifacts.ts';
import type { ReplayedShop } from './replayed-shop.ts';
import type { MeasuringRequest } from './requests.ts';
import { asArtifact, type Weights } from './serving.ts';

export interface FittedPurchases {
  /** Null: the release says nothing of next purchases. */
  readonly calibration: PurchaseCalibration | null;
  /** In the words of the decision. */
  readonly reason: string;
}

/** Places whose chances are fitted: more than are listed, since what may not be shown makes room for those behind it. */
const PLACES = 20;
/** Scores that are kept for the fit: 128 MB, and some seconds that nothing else runs in. */
const MOST_SCORES = 32e6;

/** Chances of next purchases, fitted on what subjects bought that no training and no measuring has seen. */
export const fitPurchases = async (
  candidate: Candidate,
  shop: ReplayedShop,
  requests: readonly MeasuringRequest[],
  options: {
    readonly weights: Weights;
    readonly minPurchases: number;
    readonly threads: number;
    readonly signal: AbortSignal;
  },
): Promise<FittedPurchases> => {
  const { minPurchases, threads, signal } = options;
  const items = candidate.items.length;
  const bought = requests.filter(({ isBought }) => isBought).slice(0, Math.floor(MOST_SCORES / items));
  const numbers = new Map(candidate.items.map((id, number) => [id, number]));
  const targets = bought.map(({ target }) => numbers.get(target) ?? NO_ITEM);
  const known = targets.filter((target) => target !== NO_ITEM).length;
  if (known < minPurchases) return none(`${known} purchases are too few to fit chances on: ${minPurchases} are wanted`);
  const artifact = await asArtifact(candidate, 'candidate for its purchases', options.weights);
  const scores = await openPurchaseScores(artifact, { index: shop.index, threads, batch: MEASURING_BATCH });
  if (scores === null) return none('no model that could be asked for them');
  try {
    const batches: Float32Array[] = [];
    for (let start = 0; start < bought.length; start += MEASURING_BATCH) {
      signal.throwIfAborted();
      const some = historiesOf(bought.slice(start, start + MEASURING_BATCH), []);
      batches.push(await scores.score(some.map(({ history }) => history)));
      await setImmediate(); // a lock must be renewed all the same
    }
    const scoresOf = (at: number): Float32Array => {
      const [batch, row] = [batches[Math.floor(at / MEASURING_BATCH)], at % MEASURING_BATCH];
      return (batch as Float32Array).subarray(row * items, (row + 1) * items);
    };
    const given = { count: bought.length, scores: scoresOf, target: (at: number) => targets[at] as number };
    const calibration = fitPurchaseCalibration(given, PLACES);
    const at = calibration.temperature.toFixed(2);
    return {
      calibration,
      reason: `chances of next purchases are fitted on ${known} purchases, at a temperature of ${at}`,
    };
  } finally {
    await scores.close();
  }
};

const none = (why: string): FittedPurchases => ({
  calibration: null,
  reason: `nothing is said of next purchases: ${why}`,
});

/** The candidate with these chances, or without any. */
export const withPurchases = (candidate: Candidate, calibration: PurchaseCalibration | null): Candidate => {
  const { purchases: _, ...models } = candidate.models;
  return { ...candidate, models: { ...models, ...(calibration && { purchases: calibration }) } };
};

import { setImmediate } from 'node:timers/promises';
import { type FittedWeights, fitWeights } from '@nextcart/models';
import { createModelMemory, createRanker, openReleaseModels } from '@nextcart/ranking';
import { historiesOf, withOpinions } from './contenders.ts';
import { gainOf } from './list-figures.ts';
import type { Candidate } from './merge-artifacts.ts';
import type { ReplayedShop } from './replayed-shop.ts';
import type { MeasuringRequest } from './requests.ts';
import { asArtifact, fusedWeights, modelSources, type Weights } from './serving.ts';

export interface FittedFusion {
  readonly weights: Weights;
  /** Null where there was nothing to fit on. */
  readonly fitted: FittedWeights | null;
}

/** The parts without models keep so much of the whole: who else would speak for items that are newer than a release? */
const LEAST_WITHOUT_MODELS = 0.1;
const withVoice = ([without = 0, ...models]: readonly number[]): number[] => {
  const share = Math.max(without, LEAST_WITHOUT_MODELS);
  const left = without < 1 ? (1 - share) / (1 - without) : 0;
  return [share, ...models.map((weight) => weight * left)];
};

/** A fit on fewer says nothing. */
const MIN_REQUESTS = 20;
/**
 * What it costs to leave the first weights: how far the shares are from them times this, by the number of requests. On
 * some dozens of requests the best of fifty weights is best by chance, and the first are never far from it (decision 26).
 */
const FIRST_REQUESTS = 3;
/** How loud each is, beside the others that there are, where nothing is known yet (decision 26). */
const FIRST_VOICES = { without: 1, recurrent: 3, autoencoder: 2 } as const;
/** Lists that are made without anything else running meanwhile. */
const LISTS_AT_ONCE = 32;

/**
 * Weights of the fusion, by NDCG of what would have been shown: the parts without models as one, whose proportions stay,
 * and each model. Few requests don't move them far from the first ones. The models are asked once, for all tries.
 */
export const fitFusion = async (
  candidate: Candidate,
  shop: ReplayedShop,
  requests: readonly MeasuringRequest[],
  { k, threads, signal }: { readonly k: number; readonly threads: number; readonly signal: AbortSignal },
): Promise<FittedFusion> => {
  const firstShares = firstSharesOf(candidate);
  const first = fusedWeights(candidate, firstShares);
  if (requests.length < MIN_REQUESTS) return { weights: first, fitted: null };
  const artifact = await asArtifact(candidate, 'candidate for its weights', first);
  const models = await openReleaseModels(artifact, { index: shop.index, threads, batch: requests.length });
  try {
    const asked = await withOpinions(models, historiesOf(requests, []), requests.map(createModelMemory));
    const quality = async (shares: readonly number[]): Promise<number> => {
      const configuration = { ...shop.configuration, weights: fusedWeights(candidate, shares) };
      const ranker = createRanker({ ...shop, configuration });
      let sum = -FIRST_REQUESTS * distance(shares, firstShares);
      for (let start = 0; start < asked.length; start += LISTS_AT_ONCE) {
        signal.throwIfAborted();
        const lists = ranker.rank(asked.slice(start, start + LISTS_AT_ONCE));
        lists.forEach((list, at) => void (sum += gainOf(list, requests[start + at]?.target ?? '', k)));
        await setImmediate(); // a lock must be renewed all the same
      }
      return sum / asked.length;
    };
    const fitted = await fitAwaited(firstShares.length, quality);
    return { weights: fusedWeights(candidate, withVoice(fitted.weights)), fitted };
  } finally {
    await models.close();
  }
};

/** Of the parts without models together, and then of each model. */
const firstSharesOf = (candidate: Candidate): number[] => {
  const voices = (['without', ...modelSources(candidate)] as const).map((source) => FIRST_VOICES[source]);
  const all = voices.reduce<number>((sum, voice) => sum + voice, 0);
  return voices.map((voice) => voice / all);
};

/** Σ (share − first)² / first. */
const distance = (shares: readonly number[], first: readonly number[]): number =>
  shares.reduce((sum, share, at) => sum + (share - (first[at] as number)) ** 2 / (first[at] as number), 0);

/**
 * `fitWeights` of a quality that takes its time: since the search is a function of the qualities alone, it is begun anew
 * with those that are known until it asks for none that is not.
 */
const fitAwaited = async (
  parts: number,
  quality: (weights: readonly number[]) => Promise<number>,
): Promise<FittedWeights> => {
  const known = new Map<string, number>();
  for (;;) {
    let wanted: readonly number[] | undefined;
    const fitted = fitWeights(parts, (weights) => {
      const found = known.get(weights.join());
      if (found === undefined) wanted ??= weights;
      return wanted === undefined ? (found as number) : -Infinity;
    });
    if (wanted === undefined) return fitted;
    known.set(wanted.join(), await quality(wanted));
  }
};

import { createApproximateTopItemsScorer, type TopItems, type TopItemsScorer } from '@nextcart/models';
import type { BenchContext } from '../harness/bench.ts';

/** Builds the graph of near items, which takes minutes for a million, and says how long it took. */
export const openApproximate = async (
  context: BenchContext,
  catalogue: { readonly vectors: Float32Array; readonly width: number },
  options: { readonly top: number; readonly candidates: number },
): Promise<{ readonly scorer: TopItemsScorer; readonly buildSeconds: number }> => {
  const items = catalogue.vectors.length / catalogue.width;
  const progress = context.progress(`graph of ${items.toLocaleString('en')} items`, items, 'items');
  const startedAt = performance.now();
  const scorer = await createApproximateTopItemsScorer(catalogue, { ...options, onProgress: progress.at });
  const buildSeconds = (performance.now() - startedAt) / 1000;
  progress.done();
  context.onEnd(scorer.close);
  return { scorer, buildSeconds };
};

/** Share of the exact best `top` of each user that are among the found. */
export const recallOf = (found: TopItems, exact: TopItems, top: number): number => {
  let hits = 0;
  for (let start = 0; start < exact.items.length; start += top) {
    const truth = new Set(exact.items.subarray(start, start + top));
    for (const item of found.items.subarray(start, start + top)) if (truth.has(item)) hits += 1;
  }
  return hits / exact.items.length;
};

/** Scores of several parts over the same prefixes, each asked for once. */
import { setImmediate as turn } from 'node:timers/promises';
import { rankOf } from '@nextcart/models';
import type { Progress } from '../../harness/bench.ts';
import { meanOf } from '../intervals.ts';
import type { Prefix } from './data.ts';
import { BATCH, type SessionPart } from './session-part.ts';

export const K = 20;

/** [items] of each part, good until the next prefix. */
export type VisitPrefix = (prefix: Prefix, scores: readonly Float32Array[], at: number) => void;

export const visitPrefixes = async (
  prefixes: readonly Prefix[],
  parts: readonly SessionPart[],
  items: number,
  { signal, progress }: { readonly signal: AbortSignal; readonly progress?: Progress },
  visit: VisitPrefix,
): Promise<void> => {
  for (let start = 0; start < prefixes.length; start += BATCH) {
    await turn(); // lets a signal in
    signal.throwIfAborted();
    const some = prefixes.slice(start, start + BATCH);
    const scores: Float32Array[] = [];
    for (const part of parts) scores.push(await part.score(some.map(({ query }) => query)));
    some.forEach((prefix, place) =>
      visit(
        prefix,
        scores.map((all) => all.subarray(place * items, (place + 1) * items)),
        start + place,
      ),
    );
    progress?.at(start + some.length);
  }
  progress?.done();
};

/** Mean NDCG@20 of a part: what settings and epochs are chosen by. */
export const qualityOf = async (
  prefixes: readonly Prefix[],
  part: SessionPart,
  items: number,
  signal: AbortSignal,
): Promise<number> => {
  const found: number[] = [];
  await visitPrefixes(prefixes, [part], items, { signal }, ({ target }, [scores]) => {
    const rank = rankOf(scores as Float32Array, target);
    found.push(rank <= K ? 1 / Math.log2(rank + 1) : 0);
  });
  return meanOf(found);
};

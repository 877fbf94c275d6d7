/** Scores of several parts over the same looks, each asked for once. */
import { setImmediate as turn } from 'node:timers/promises';
import { rankUnseen } from '@nextcart/models';
import type { Progress } from '../../harness/bench.ts';
import { meanOf } from '../intervals.ts';
import type { Look, LookTask, Period } from './shop-log.ts';
import { BATCH, type ShopPart } from './shop-part.ts';

export const K = 20;

/** [items] of each part, good until the next look. */
export type VisitLook = (look: Look, scores: readonly Float32Array[], at: number) => void;

export const visitLooks = async (
  looks: readonly Look[],
  parts: readonly ShopPart[],
  items: number,
  { signal, progress }: { readonly signal: AbortSignal; readonly progress?: Progress },
  visit: VisitLook,
): Promise<void> => {
  for (let start = 0; start < looks.length; start += BATCH) {
    await turn(); // lets a signal in
    signal.throwIfAborted();
    const some = looks.slice(start, start + BATCH);
    const scores: Float32Array[] = [];
    for (const part of parts) scores.push(await part.score(some));
    some.forEach((look, place) =>
      visit(
        look,
        scores.map((all) => all.subarray(place * items, (place + 1) * items)),
        start + place,
      ),
    );
    progress?.at(start + some.length);
  }
  progress?.done();
};

/** Of the target among what is not sold out; 1 is best. */
export const rankIn = (scores: Float32Array, { target, soldOut }: Look): number =>
  rankUnseen(scores, target, new Set(soldOut));

export const gainAt = (rank: number): number => (rank <= K ? 1 / Math.log2(rank + 1) : 0);

/** Tasks that settings and weights are chosen by; the others are slices of them. */
export const deciding = ['next', 'arrival', 'cart'] as const;

/** Mean NDCG@20 of a part over the deciding tasks. */
export const qualityOf = async (
  { tasks, known }: Period,
  part: ShopPart,
  { signal }: { readonly signal: AbortSignal },
): Promise<number> => {
  const means: number[] = [];
  for (const { name, looks } of tasks) {
    if (!deciding.some((one) => one === name)) continue;
    const gains: number[] = [];
    await visitLooks(looks, [part], known.items.length, { signal }, (look, [scores]) => {
      gains.push(gainAt(rankIn(scores as Float32Array, look)));
    });
    means.push(meanOf(gains));
  }
  return meanOf(means);
};

/** A figure a subject: the mean of its looks, subjects in the order of the task. */
export const bySubject = ({ looks }: LookTask, values: ArrayLike<number>): Float64Array => {
  const means: number[] = [];
  for (let start = 0; start < looks.length; ) {
    let [end, sum] = [start, 0];
    while (end < looks.length && looks[end]?.subject === looks[start]?.subject) sum += values[end++] as number;
    means.push(sum / (end - start));
    start = end;
  }
  return Float64Array.from(means);
};

/** NDCG of contenders over the same requests. Invariants: subjects stand in the same order for all; each weighs the same. */
import { setImmediate } from 'node:timers/promises';
import type { RankedList } from '@nextcart/ranking';
import { type Contender, MEASURING_BATCH } from './contenders.ts';
import type { MeasuringRequest, MeasuringRequests } from './requests.ts';

export const measureDefinition = (k: number): string =>
  `1 / log2(rank + 1) of the item that was next put in the cart or bought, where it is among the first ${k} of the list that would have been shown, else 0; mean of a subject's requests, then of subjects`;

export interface Figures {
  /** [subjects], over all their requests. */
  readonly all: Float64Array;
  /** [subjects], over their requests for items that were new to them; NaN where they have none. */
  readonly fresh: Float64Array;
}

export interface MeasureOptions {
  /** Places that count. */
  readonly k: number;
  readonly signal: AbortSignal;
  /** Requests that were ranked, of all contenders together. */
  readonly onProgress: (done: number) => void;
  readonly seeLists?: (requests: readonly MeasuringRequest[], lists: readonly RankedList[]) => void;
}

/** Rejects with the signal's reason. */
export const measure = async (
  contender: Contender,
  { requests, subjects }: MeasuringRequests,
  { k, signal, onProgress, seeLists }: MeasureOptions,
): Promise<Figures> => {
  const [all, fresh] = [createMeans(subjects), createMeans(subjects)];
  for (const some of batchesOf(requests)) {
    signal.throwIfAborted();
    const lists = await contender.rank(some);
    some.forEach((request, at) => {
      const gain = gainOf(lists[at] as RankedList, request.target, k);
      all.add(request.subject, gain);
      if (request.isNew) fresh.add(request.subject, gain);
    });
    seeLists?.(some, lists);
    onProgress(some.length);
    await setImmediate(); // ranking never waits: a lock must be renewed all the same
  }
  return { all: all.means(), fresh: fresh.means() };
};

const createMeans = (subjects: number) => {
  const [sums, counts] = [new Float64Array(subjects), new Float64Array(subjects)];
  return {
    add: (subject: number, value: number): void => {
      sums[subject] = (sums[subject] as number) + value;
      counts[subject] = (counts[subject] as number) + 1;
    },
    means: (): Float64Array => sums.map((sum, subject) => sum / (counts[subject] as number)),
  };
};

/** Everybody's first request, then their second, and so on; no batch has a subject twice. */
const batchesOf = (requests: readonly MeasuringRequest[]): MeasuringRequest[][] => {
  const rounds: MeasuringRequest[][] = [];
  let place = 0;
  requests.forEach((request, at) => {
    place = requests[at - 1]?.subject === request.subject ? place + 1 : 0;
    const round = (rounds[place] ??= []);
    round.push(request);
  });
  return rounds.flatMap((round) =>
    Array.from({ length: Math.ceil(round.length / MEASURING_BATCH) }, (_, batch) =>
      round.slice(batch * MEASURING_BATCH, (batch + 1) * MEASURING_BATCH),
    ),
  );
};

export const gainOf = ({ items }: RankedList, target: string, k: number): number => {
  const place = items.findIndex(({ itemId }) => itemId === target);
  return place >= 0 && place < k ? 1 / Math.log2(place + 2) : 0;
};

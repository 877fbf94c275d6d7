/**
 * What contenders are worth over the same requests. Invariants: subjects stand in the same order for all; each weighs the
 * same.
 */
import { setImmediate } from 'node:timers/promises';
import { coverageAt } from '@nextcart/models';
import type { RankedList } from '@nextcart/ranking';
import { type Contender, MEASURING_BATCH } from './contenders.ts';
import { type FigureName, figureNames, listFigures } from './list-figures.ts';
import type { ReplayedShop } from './replayed-shop.ts';
import type { MeasuringRequest, MeasuringRequests } from './requests.ts';

/** By name [subjects], the mean over a subject's requests; NaN where it has none that the figure is of. */
export type Figures = Readonly<Record<FigureName, Float64Array>> & {
  /** Share of the catalogue that is among the first k of any list. */
  readonly coverage: number;
};

export interface MeasureOptions {
  readonly shop: Pick<ReplayedShop, 'index' | 'items' | 'popularity'>;
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
  { shop, k, signal, onProgress, seeLists }: MeasureOptions,
): Promise<Figures> => {
  const means = byName(() => createMeans(subjects));
  const shown = new Set<number>();
  for (const some of batchesOf(requests)) {
    signal.throwIfAborted();
    const lists = await contender.rank(some);
    some.forEach((request, at) => {
      const list = lists[at] as RankedList;
      const figures = listFigures(list, request, { k, popularity: shop.popularity });
      for (const name of figureNames) {
        const figure = figures[name];
        if (figure !== undefined) means[name].add(request.subject, figure);
      }
      for (const { itemId } of list.items) shown.add(shop.index.add(itemId));
    });
    seeLists?.(some, lists);
    onProgress(some.length);
    await setImmediate(); // ranking never waits: a lock must be renewed all the same
  }
  const coverage = coverageAt([Int32Array.from(shown)], shown.size, Math.max(1, shop.items));
  return { ...byName((name) => means[name].means()), coverage };
};

const byName = <T>(make: (name: FigureName) => T) =>
  Object.fromEntries(figureNames.map((name) => [name, make(name)])) as Record<FigureName, T>;

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

/** Who ranks the measured requests: the candidate, what it is compared with, and the baselines. All by the serving code. */
import type { ListSource } from '@nextcart/contracts';
import { createHistoryView, type HistoryView, readHistory } from '@nextcart/events';
import type { Artifact } from '@nextcart/models';
import {
  asksForPurchases,
  createModelMemory,
  createRanker,
  type ModelMemory,
  openReleaseModels,
  type RankedList,
  type ReleaseModels,
} from '@nextcart/ranking';
import type { ReplayedShop } from './replayed-shop.ts';
import type { MeasuringRequest } from './requests.ts';

export interface Contender {
  /**
   * Lists of some requests, in their order, at most `MEASURING_BATCH`. Of a subject one at most, and later ones after
   * earlier ones: what models have read of it they don't read again.
   */
  rank(requests: readonly MeasuringRequest[]): Promise<RankedList[]>;
  close(): Promise<void>;
}

export const MEASURING_BATCH = 64;

type Weights = Readonly<Partial<Record<ListSource, number>>>;

/** Parts that a model must beat, each alone. */
export const baselineSources = [
  'trending',
  'covisit',
  'neighbours',
  'content',
  'history',
] as const satisfies ListSource[];

/** The ranker without models; with `weights`, other than those that it serves with. */
export const untrained = (shop: ReplayedShop, weights: Weights = shop.configuration.weights): Contender => {
  const ranker = createRanker({ ...shop, configuration: { ...shop.configuration, weights } });
  const views: HistoryView[] = [];
  return {
    rank: async (requests) => ranker.rank(historiesOf(requests, views)),
    close: async () => {},
  };
};

/** The ranker with a release's models; with `nextPurchases`, so many of them beside each list. */
export const trained = async (
  shop: ReplayedShop,
  artifact: Artifact,
  threads: number,
  nextPurchases = 0,
): Promise<Contender> => {
  const models = await openReleaseModels(artifact, {
    ...{ index: shop.index, threads, batch: MEASURING_BATCH },
    nextPurchases: asksForPurchases({ ...shop.configuration, nextPurchases }),
  });
  const configuration = { ...shop.configuration, weights: models.weights, nextPurchases };
  const ranker = createRanker({ ...shop, configuration });
  const views: HistoryView[] = [];
  const memories = new Map<number, ModelMemory>();
  const memoryOf = ({ subject }: MeasuringRequest): ModelMemory => {
    const memory = memories.get(subject) ?? createModelMemory();
    memories.set(subject, memory);
    return memory;
  };
  return {
    rank: async (requests) =>
      ranker.rank(await withOpinions(models, historiesOf(requests, views), requests.map(memoryOf))),
    close: () => models.close(),
  };
};

/** What models say of some histories, good until they are asked again. */
export const withOpinions = async <R extends ReturnType<typeof historiesOf>[number]>(
  models: ReleaseModels,
  asked: readonly R[],
  memories: readonly ModelMemory[],
) => {
  const opinions = await models.opine(
    asked.map(({ history }, at) => ({ history, memory: memories[at] as ModelMemory })),
  );
  return asked.map((request, at) => {
    const opinion = opinions[at];
    return opinion === undefined ? request : { ...request, opinions: opinion };
  });
};

/** As the ranker wants them; views are filled again at the next call. */
export const historiesOf = (requests: readonly MeasuringRequest[], views: HistoryView[]) =>
  requests.map(({ state, now, visitEnded }, at) => {
    views[at] ??= createHistoryView();
    return { history: readHistory(state, views[at]), now, visitEnded };
  });

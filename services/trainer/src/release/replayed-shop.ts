/** The shop as rankers see it, as it was when a slice of the log began. */
import {
  newestListSnapshots,
  partitionKey,
  rankingSnapshotDefaults,
  rankingSnapshotMakers,
  readCatalog,
  readFirstAppend,
  readNewestTime,
  readPopularity,
  type SnapshotMoment,
  type Store,
  type StoredSnapshot,
  snapshotByHash,
  snapshotsBefore,
} from '@nextcart/clickhouse';
import {
  type CatalogItem,
  createItemIndex,
  type ItemIndex,
  type LogSlice,
  NextcartError,
  POPULARITY_POSITIONS,
  type SnapshotKind,
} from '@nextcart/contracts';
import {
  type CatalogFeatures,
  CHANGES_KIND,
  createCatalogFeatures,
  createParts,
  defaultConfiguration,
  type RankingConfiguration,
  type RankingSnapshots,
  rankedKinds,
  type ScoringPart,
  withChanges,
} from '@nextcart/ranking';
import { type Popularity, popularityOf } from './list-figures.ts';

export interface ReplayedShop {
  readonly index: ItemIndex;
  readonly features: CatalogFeatures;
  /** Those that need no training, of the snapshots that were in force. */
  readonly parts: readonly ScoringPart[];
  /** As served, but for what an offline order can't judge or need not have: explored places, reasons, next purchases. */
  readonly configuration: RankingConfiguration;
  /** Items that may be shown. */
  readonly items: number;
  /** What was done with them before the slice. */
  readonly popularity: Popularity;
  /** What is not as it was. */
  readonly remarks: readonly string[];
}

export interface ShopDeps {
  readonly store: Store;
  readonly attempt: <T>(query: () => Promise<T>) => Promise<T>;
  /** Of the catalogue's topic. */
  readonly catalogTopicId: () => Promise<string>;
}

interface SlicedLog {
  /** Of the events' topic. */
  readonly topicId: string;
  readonly slice: readonly LogSlice[];
}

/** `k`: places that are looked at. */
export const readShop = async (deps: ShopDeps, log: SlicedLog, k: number): Promise<ReplayedShop> => {
  const { store, attempt } = deps;
  const catalogue = await readItems(deps, log);
  const { snapshots, remarks } = await readSnapshots(deps, log);
  // an operator tells the scorers alone, and each list tells of it
  const changes = (await attempt(() => newestListSnapshots(store)))?.[CHANGES_KIND];
  const counts = await attempt(() => readPopularity(store, log.topicId, log.slice, POPULARITY_POSITIONS));
  return createShop(catalogue.items, snapshots, k, {
    popularity: popularityOf(counts),
    served: withChanges(defaultConfiguration, changes),
    remarks: [
      ...catalogue.remarks,
      ...remarks,
      ...(changes === undefined ? [] : [`lists are ranked as they are served, with ${changes}`]),
    ],
  });
};

/** What was not known when the slice began, nobody is measured with: an item that came later, a price that was changed later. */
const readItems = async (
  { store, attempt, catalogTopicId }: ShopDeps,
  { topicId: eventsId, slice }: SlicedLog,
): Promise<{ items: CatalogItem[]; remarks: string[] }> => {
  const topicId = await attempt(catalogTopicId);
  const began = await attempt(() => readFirstAppend(store, { topicId: eventsId, ranges: slice }));
  const until = began === null ? {} : { until: began };
  const then = await attempt(() => readCatalog(store, { topicId, ...until }));
  const stored = then.length > 0 ? then : await attempt(() => readCatalog(store, { topicId }));
  const remarks =
    stored.length > then.length
      ? ['nothing of the catalogue is older than the slice: the one of now stands for it']
      : [];
  return { items: stored.map(({ item }) => item), remarks };
};

export const createShop = (
  catalogue: readonly CatalogItem[],
  snapshots: RankingSnapshots,
  k: number,
  {
    served = defaultConfiguration,
    popularity = popularityOf(new Map()),
    remarks = [],
  }: {
    readonly served?: RankingConfiguration;
    readonly popularity?: Popularity;
    readonly remarks?: readonly string[];
  } = {},
): ReplayedShop => {
  const { exploration } = defaultConfiguration;
  const configuration = { ...served, exploration, listSize: k, explained: 0, nextPurchases: 0 };
  const index = createItemIndex();
  const items = new Map(catalogue.map((item) => [item.itemId, item]));
  for (const id of items.keys()) index.add(id);
  const features = createCatalogFeatures({ index, catalog: { item: (at) => items.get(index.id(at)) }, configuration });
  for (let at = 0; at < index.size; at += 1) features.refresh(at);
  const parts = createParts({ index, features, snapshots, configuration });
  const shown = catalogue.filter(({ hidden, stock }) => !hidden && (stock === null || stock > 0));
  return { index, features, parts, configuration, items: shown.length, popularity, remarks };
};

/** Those that were in force when the slice began; where none of a kind was, one is made of the log before it. */
const readSnapshots = async (
  { store, attempt }: Pick<ShopDeps, 'store' | 'attempt'>,
  log: SlicedLog,
): Promise<{ snapshots: RankingSnapshots; remarks: string[] }> => {
  const hashes = await attempt(() => snapshotsBefore(store, log.topicId, log.slice));
  const never = rankedKinds.filter((kind) => hashes[kind] === undefined);
  const missing = rankedKinds.filter((kind) => hashes[kind] === null);
  const snapshots: Record<string, unknown> = {};
  for (const kind of rankedKinds) {
    const hash = hashes[kind];
    if (typeof hash === 'string') snapshots[kind] = (await attempt(() => storedSnapshot(store, kind, hash))).payload;
  }
  const remarks = never.map((kind) => `there is no snapshot of ${kind}`);
  if (missing.length === 0) return { snapshots, remarks };
  const moment = await attempt(() => momentBefore(store, log));
  for (const kind of missing)
    snapshots[kind] = await attempt<unknown>(() => rankingSnapshotMakers[kind](store, moment, rankingSnapshotDefaults));
  remarks.push(`made of the log before the slice, which none in force knew: ${missing.join(', ')}`);
  return { snapshots, remarks };
};

const momentBefore = async (store: Store, { topicId, slice }: SlicedLog): Promise<SnapshotMoment> => {
  const ranges = slice.map(({ partition, from }) => ({ partition, from: 0, to: from }));
  const positions = Object.fromEntries(
    slice.map(({ partition, from }) => [partitionKey(topicId, partition), from - 1]),
  );
  return { at: await readNewestTime(store, { topicId, ranges }), positions };
};

const storedSnapshot = async (store: Store, kind: SnapshotKind, hash: string): Promise<StoredSnapshot> => {
  const snapshot = await snapshotByHash(store, hash);
  if (snapshot !== null) return snapshot;
  throw new NextcartError('snapshot_missing', `snapshot ${hash} was dropped while it was wanted`, {
    retry: true,
    context: { kind, hash },
  });
};

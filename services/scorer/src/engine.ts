import {
  type ItemIndex,
  type ListSource,
  listSources,
  type SnapshotPayloads,
  type Writable,
} from '@nextcart/contracts';
import {
  type CatalogFeatures,
  createParts,
  createRanker,
  type Ranker,
  type RankingConfiguration,
  type ReleaseModels,
  type ScoringPart,
} from '@nextcart/ranking';
import { UNTRAINED } from './options.ts';

/** Snapshots that ranking reads, and the part that each of them feeds. */
export const sourceOfKind = {
  trending: 'trending',
  covisits: 'covisit',
  copurchases: 'copurchase',
  sessions: 'neighbours',
} as const satisfies Partial<Record<keyof SnapshotPayloads, ListSource>>;
export type RankedKind = keyof typeof sourceOfKind;
export const rankedKinds = Object.keys(sourceOfKind) as RankedKind[];

/**
 * The ranker in force, and the names of what it is made from. Parts are switched between batches, and only the part
 * whose snapshot changed is built again: the others' tables are megabytes.
 */
export interface Engine {
  readonly ranker: Ranker;
  /** Of the release in force; null while there is none. */
  readonly models: ReleaseModels | null;
  /** What lists name as their release. */
  readonly release: string;
  /** Hash by kind of the snapshots in force. */
  readonly snapshots: Readonly<Record<string, string>>;
  /** Watermark of the newest snapshot in force, epoch ms; 0 without one. The `now` of lists that are nobody's. */
  readonly asOf: number;
  useModels(models: ReleaseModels | null): void;
  use<K extends RankedKind>(kind: K, snapshot: { hash: string; asOf: number; payload: SnapshotPayloads[K] }): void;
}

export const createEngine = (deps: {
  index: ItemIndex;
  features: CatalogFeatures;
  configuration: RankingConfiguration;
}): Engine => {
  const { index, features, configuration } = deps;
  const parts = new Map<ListSource, ScoringPart>();
  const asOfs = new Map<RankedKind, number>();
  for (const part of createParts({ index, features, snapshots: {}, configuration })) parts.set(part.source, part);

  const build = (models: ReleaseModels | null) =>
    createRanker({
      parts: listSources.map((source) => parts.get(source)).filter((part) => part !== undefined),
      index,
      features,
      configuration: { ...configuration, weights: models?.weights ?? configuration.weights },
    });

  const engine: Writable<Engine> = {
    ranker: build(null),
    models: null,
    release: UNTRAINED,
    snapshots: {},
    asOf: 0,
    use: (kind, { hash, asOf, payload }) => {
      const made = createParts({ index, features, snapshots: { [kind]: payload }, configuration });
      const part = made.find(({ source }) => source === sourceOfKind[kind]);
      if (part !== undefined) parts.set(part.source, part);
      asOfs.set(kind, asOf);
      engine.asOf = Math.max(0, ...asOfs.values());
      const named = { ...engine.snapshots, [kind]: hash };
      // in one order whatever came first: the names are hashed
      engine.snapshots = Object.fromEntries(Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1)));
      engine.ranker = build(engine.models);
    },
    useModels: (models) => {
      engine.models = models;
      engine.release = models?.release ?? UNTRAINED;
      engine.ranker = build(models);
    },
  };
  return engine;
};

import type { ItemIndex, SnapshotPayloads, Writable } from '@nextcart/contracts';
import {
  type CatalogFeatures,
  CHANGES_KIND,
  changesText,
  createAssembly,
  inOrder,
  type RankedKind,
  type Ranker,
  type RankingConfiguration,
  type ReleaseModels,
  UNTRAINED,
} from '@nextcart/ranking';

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
  /** Hash by kind of the snapshots in force, and what the operator changed of the ranking. */
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
  const assembly = createAssembly(deps);
  const parts = assembly.plain();
  const asOfs = new Map<RankedKind, number>();
  const build = (models: ReleaseModels | null) => assembly.ranker(parts, models?.weights);

  const changes = changesText(deps.configuration);
  const engine: Writable<Engine> = {
    ranker: build(null),
    models: null,
    release: UNTRAINED,
    snapshots: changes === undefined ? {} : { [CHANGES_KIND]: changes },
    asOf: 0,
    use: (kind, { hash, asOf, payload }) => {
      const part = assembly.part(kind, payload);
      parts.set(part.source, part);
      asOfs.set(kind, asOf);
      engine.asOf = Math.max(0, ...asOfs.values());
      engine.snapshots = inOrder({ ...engine.snapshots, [kind]: hash });
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

import { type ItemIndex, interleavedName, type SnapshotPayloads, type Writable } from '@nextcart/contracts';
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

/** A release whose lists are interleaved with those of the release in force, for some subjects. */
export interface SecondRelease {
  readonly ranker: Ranker;
  readonly models: ReleaseModels;
  /** Of the subjects, above 0 to 1. */
  readonly share: number;
  /** What drafted lists name as their release: 'A+B'. */
  readonly name: string;
}

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
  /** Null while none is interleaved. */
  readonly second: SecondRelease | null;
  /** Ends what is interleaved: that was with another. */
  useModels(models: ReleaseModels | null): void;
  useSecond(second: Pick<SecondRelease, 'models' | 'share'> | null): void;
  /** Builds what a snapshot feeds, which takes some ms; what is answered puts it in use. */
  prepare<K extends RankedKind>(
    kind: K,
    snapshot: { readonly hash: string; readonly asOf: number; readonly payload: SnapshotPayloads[K] },
  ): () => void;
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
    second: null,
    release: UNTRAINED,
    snapshots: changes === undefined ? {} : { [CHANGES_KIND]: changes },
    asOf: 0,
    prepare: (kind, { hash, asOf, payload }) => {
      const part = assembly.part(kind, payload);
      return () => {
        parts.set(part.source, part);
        asOfs.set(kind, asOf);
        engine.asOf = Math.max(0, ...asOfs.values());
        engine.snapshots = inOrder({ ...engine.snapshots, [kind]: hash });
        engine.ranker = build(engine.models);
        if (engine.second !== null) engine.second = { ...engine.second, ranker: build(engine.second.models) };
      };
    },
    useModels: (models) => {
      engine.second = null;
      engine.models = models;
      engine.release = models?.release ?? UNTRAINED;
      engine.ranker = build(models);
    },
    useSecond: (second) => {
      engine.second = second && {
        ...second,
        ranker: build(second.models),
        name: interleavedName(engine.release, second.models.release),
      };
    },
  };
  return engine;
};

/** Puts models in force, or none, and closes what served. Between two batches, or where they failed in one. */
export const serveModels = async (engine: Engine, models: ReleaseModels | null): Promise<void> => {
  const { models: before, second } = engine;
  engine.useModels(models);
  await before?.close();
  await second?.models.close();
};

/** The same of what is interleaved. */
export const serveSecond = async (
  engine: Engine,
  second: Pick<SecondRelease, 'models' | 'share'> | null,
): Promise<void> => {
  const before = engine.second?.models;
  engine.useSecond(second);
  await before?.close();
};

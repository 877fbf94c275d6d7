import type { Artifacts } from '@nextcart/artifacts';
import {
  type ItemIndex,
  interleavedReleases,
  type ModelRelease,
  NextcartError,
  type ReleaseArtifact,
  type ReleaseRecordKind,
} from '@nextcart/contracts';
import { ArtifactError } from '@nextcart/models';
import { loadRelease, type ReleaseModels, UNTRAINED } from '@nextcart/ranking';
import { createKept } from './kept.ts';
import { Skipped } from './skipped.ts';

/** Models of releases by the names that lists carry. */
export interface ReleasedModels {
  /**
   * None for the untrained parts, those of both for two that were interleaved. Throws `Skipped` where a release is unknown
   * or its artifact is gone, and an ArtifactError where what lies there is not what was released. Good until others are
   * asked for.
   */
  of(release: string): Promise<readonly ReleaseModels[]>;
  close(): Promise<void>;
}

/** Two are interleaved at most. Models of 20,000 items take some 100 MB. */
const KEPT = 2;

/** Records that name what scorers open. */
const ARTIFACT_KINDS: readonly ReleaseRecordKind[] = ['released', 'promoted', 'interleaved'];

/** Where the release of a name lies, by the records of model-releases.v1. Throws `Skipped` where they don't say. */
export const findArtifact = (records: readonly ModelRelease[], release: string): ReleaseArtifact => {
  const named = records.filter(
    ({ releaseId, kind, artifactHash }) =>
      releaseId === release && ARTIFACT_KINDS.includes(kind) && artifactHash !== null,
  );
  const newest = named.at(-1);
  if (newest === undefined) throw new Skipped(`release ${release} is not on model-releases.v1`);
  const hashes = new Set(named.map(({ artifactHash }) => artifactHash));
  // the list names the release, not the hash: which of them made it can't be known
  if (hashes.size > 1) throw new Skipped(`release ${release} was released with ${hashes.size} artifacts`);
  return { releaseId: release, uri: newest.artifactUri as string, hash: newest.artifactHash as string };
};

export const createReleasedModels = (deps: {
  readonly artifacts: Pick<Artifacts, 'folder'>;
  readonly artifactOf: (release: string) => ReleaseArtifact;
  readonly index: ItemIndex;
  readonly threads: number;
  readonly batch: number;
  readonly explained: number;
}): ReleasedModels => {
  const kept = createKept<ReleaseModels>(KEPT, (models) => models.close());
  /** Reasons, so that a folder that is gone is not looked for by every list. */
  const gone = new Map<string, Skipped>();

  const load = async (release: string): Promise<ReleaseModels> => {
    try {
      // that it fits the catalogue was looked at by the scorer that used it
      const artifact = deps.artifactOf(release);
      const folder = await deps.artifacts.folder(artifact);
      return await loadRelease(artifact, { ...deps, folder, isKnown: () => true, nextPurchases: true });
    } catch (error) {
      // a part of it that is missing or altered is no reason to pass over its lists
      // and neither is a store that is away
      if ((error instanceof ArtifactError && error.file !== '') || error instanceof NextcartError) throw error;
      const reason =
        error instanceof Skipped
          ? error
          : new Skipped(`release ${release} can't be opened: ${(error as Error).message}`);
      gone.set(release, reason);
      throw reason;
    }
  };
  return {
    of: async (name) => {
      if (name === UNTRAINED) return [];
      const models: ReleaseModels[] = [];
      for (const release of interleavedReleases(name) ?? [name]) {
        const reason = gone.get(release);
        if (reason !== undefined) throw reason;
        models.push(await kept.get(release, () => load(release)));
      }
      return models;
    },
    close: () => kept.clear(),
  };
};

/** Records of model-releases.v1, and which release they put in force. */

export const releaseRecordKinds = ['released', 'rejected', 'activated', 'rolled_back', 'promoted'] as const;
export type ReleaseRecordKind = (typeof releaseRecordKinds)[number];

/** A decoded record: the fields of `model-release.avsc`. */
export interface ModelRelease {
  releaseId: string;
  kind: ReleaseRecordKind;
  /** Epoch ms. */
  at: number;
  artifactUri: string | null;
  artifactHash: string | null;
  trainingRange: Record<string, string>;
  metrics: Record<string, number>;
  decision: string | null;
  partition: number | null;
  fromOffset: number | null;
}

/** Where a release lies, and what it must be. */
export interface ReleaseArtifact {
  readonly releaseId: string;
  readonly uri: string;
  readonly hash: string;
}

/** What the records say, in their order. The same records give the same answer to every reader. */
export interface ReleaseLine {
  apply(record: ModelRelease): void;
  /** Null while none serves. */
  inForce(): ReleaseArtifact | null;
  /** Those that were in force, oldest first, without what was rolled back: the last is the one in force. */
  line(): readonly ReleaseArtifact[];
}

/**
 * `released` and `promoted` put a release in force, wherever it stood before. `rolled_back` takes it out of the line for
 * as long as nobody promotes it, so that the one before it serves again. The others change nothing.
 */
export const createReleaseLine = (): ReleaseLine => {
  let line: ReleaseArtifact[] = [];
  return {
    apply: ({ kind, releaseId, artifactUri, artifactHash }) => {
      const isServing = kind === 'released' || kind === 'promoted';
      if (!isServing && kind !== 'rolled_back') return;
      line = line.filter((known) => known.releaseId !== releaseId);
      if (isServing && artifactUri !== null && artifactHash !== null)
        line.push({ releaseId, uri: artifactUri, hash: artifactHash });
    },
    inForce: () => line.at(-1) ?? null,
    line: () => line,
  };
};

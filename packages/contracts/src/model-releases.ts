/** Records of model-releases.v1, and which release they put in force. */
import { type Interleaving, interleavedName } from './interleaving.ts';

export const releaseRecordKinds = [
  'released',
  'rejected',
  'activated',
  'rolled_back',
  'promoted',
  'interleaved',
] as const;
export type ReleaseRecordKind = (typeof releaseRecordKinds)[number];

/** Whether records of a kind decide which release is in force. */
export const decidesForce = (kind: ReleaseRecordKind): boolean =>
  kind === 'released' || kind === 'promoted' || kind === 'rolled_back';

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
  /** Of `interleaved` alone. */
  interleaving?: { against: string; share: number } | null;
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
  /** Null while lists are made by one release. */
  interleaving(): Interleaving | null;
}

const artifactOf = ({ releaseId, artifactUri, artifactHash }: ModelRelease): ReleaseArtifact | null =>
  artifactUri === null || artifactHash === null ? null : { releaseId, uri: artifactUri, hash: artifactHash };
const isSame = (a: ReleaseArtifact | undefined, b: ReleaseArtifact): boolean =>
  a?.releaseId === b.releaseId && a.hash === b.hash;

/**
 * `released` and `promoted` put a release in force, wherever it stood before. `rolled_back` takes it out of the line for
 * as long as nobody promotes it, so that the one before it serves again. `interleaved` puts another beside the one in force
 * that it names, until it says so of a share of 0, another is in force, or one of the two is rolled back. The others change
 * nothing.
 */
export const createReleaseLine = (): ReleaseLine => {
  let line: ReleaseArtifact[] = [];
  let interleaving: Interleaving | null = null;

  /** Without effect where another is in force by now: whoever said so did not know of it. */
  const interleave = (record: ModelRelease, { against, share }: { against: string; share: number }) => {
    const first = line.at(-1);
    const second = artifactOf(record);
    if (first?.releaseId !== against || record.releaseId === against) return;
    if (share > 0 && share <= 1 && second !== null)
      interleaving = { first, second, share, name: interleavedName(against, record.releaseId) };
    else if (share === 0 && record.releaseId === interleaving?.second.releaseId) interleaving = null;
  };

  return {
    apply: (record) => {
      const { kind, releaseId } = record;
      if (kind === 'interleaved' && record.interleaving) interleave(record, record.interleaving);
      if (!decidesForce(kind)) return;
      const artifact = artifactOf(record);
      line = line.filter((known) => known.releaseId !== releaseId);
      if (kind !== 'rolled_back' && artifact !== null) line.push(artifact);
      if (interleaving === null) return;
      const { first, second } = interleaving;
      if (!isSame(line.at(-1), first) || releaseId === second.releaseId) interleaving = null;
    },
    inForce: () => line.at(-1) ?? null,
    line: () => line,
    interleaving: () => interleaving,
  };
};

/** What lists of subjects name as their release: 'A+B' of two that are interleaved; null where none is in force. */
export const nameInForce = (line: Pick<ReleaseLine, 'inForce' | 'interleaving'>): string | null =>
  line.interleaving()?.name ?? line.inForce()?.releaseId ?? null;

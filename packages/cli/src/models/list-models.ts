/** Cycles and releases as one list: what the store knows of how they were made, and what the topic says of them. */
import type { Artifacts } from '@nextcart/artifacts';
import type { ModelRun } from '@nextcart/clickhouse';
import { decidesForce, type ModelRelease, type ReleaseRecordKind } from '@nextcart/contracts';
import { type ArtifactState, artifactState } from './check-artifact.ts';
import type { Releases } from './read-releases.ts';

export interface ModelLine {
  readonly release: string;
  /** Of the decision, epoch ms. */
  readonly at: number;
  readonly inForce: boolean;
  /** Of the subjects whose lists are drafted out of this and the one in force; 0: it is not interleaved. */
  readonly interleavedShare: number;
  /** `wait`, `reject` or `pass`; null where the store knows nothing of it. */
  readonly verdict: ModelRun['verdict'] | null;
  readonly rolledBack: boolean;
  /** Null: none was written. */
  readonly artifact: ArtifactState | null;
  readonly run: ModelRun | null;
  /** Oldest first. */
  readonly records: readonly ModelRelease[];
}

/** Newest first, at most `limit`, or one alone. */
export const listModels = async (
  artifacts: Pick<Artifacts, 'manifest'>,
  runs: readonly ModelRun[],
  releases: Releases,
  { limit = Number.POSITIVE_INFINITY, only }: { readonly limit?: number; readonly only?: string } = {},
): Promise<ModelLine[]> => {
  const byRelease = new Map<string, ModelRelease[]>();
  for (const record of releases.records) {
    const known = byRelease.get(record.releaseId);
    if (known) known.push(record);
    else if (tellsOfModels(record.kind)) byRelease.set(record.releaseId, [record]);
  }
  const ids = new Set([...runs.map(({ release }) => release), ...byRelease.keys()]);
  const lines: Omit<ModelLine, 'artifact'>[] = [];
  for (const release of ids) {
    const records = byRelease.get(release) ?? [];
    const run = runs.find((one) => one.release === release) ?? null;
    const changes = records.filter(({ kind }) => decidesForce(kind));
    const { interleaving } = releases;
    lines.push({
      ...{ release, run, records, verdict: run?.verdict ?? null },
      at: run?.at ?? records[0]?.at ?? 0,
      inForce: releases.inForce?.releaseId === release,
      interleavedShare: interleaving?.second.releaseId === release ? interleaving.share : 0,
      rolledBack: changes.at(-1)?.kind === 'rolled_back',
    });
  }
  const wanted = lines
    .filter(({ release }) => only === undefined || release === only)
    .sort((a, b) => b.at - a.at || (a.release < b.release ? -1 : 1))
    .slice(0, limit);
  return Promise.all(wanted.map(async (line) => ({ ...line, artifact: await stateOf(artifacts, line) })));
};

const stateOf = async (artifacts: Pick<Artifacts, 'manifest'>, { records }: Pick<ModelLine, 'records'>) => {
  const told = records.findLast(({ artifactUri, artifactHash }) => artifactUri !== null && artifactHash !== null);
  return told ? artifactState(artifacts, { uri: told.artifactUri as string, hash: told.artifactHash as string }) : null;
};

/** Scorers tell of ranking without models in the same words. */
const tellsOfModels = (kind: ReleaseRecordKind): boolean => kind !== 'activated';

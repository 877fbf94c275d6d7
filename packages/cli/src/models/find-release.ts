import type { ModelRelease, ReleaseArtifact } from '@nextcart/contracts';
import type { Releases } from './read-releases.ts';

/** Ids of all releases and refused candidates, oldest first; scorers also tell of two interleaved, and of none. */
export const releaseIds = ({ records }: Pick<Releases, 'records'>): string[] => [
  ...new Set(records.filter(({ kind }) => kind !== 'activated').map(({ releaseId }) => releaseId)),
];

/** The id that is meant by its beginning. Throws where that is none, or several, and names what there is. */
export const completeId = (ids: readonly string[], begun: string): string => {
  if (ids.includes(begun)) return begun;
  const found = ids.filter((id) => id.startsWith(begun));
  if (found.length === 1) return found[0] as string;
  const known = found.length > 1 ? found : ids.slice(-5).toReversed();
  throw new Error(
    found.length > 1
      ? `'${begun}' may be any of ${known.join(', ')}: write more of it`
      : `no release '${begun}'${known.length > 0 ? `, the newest are ${known.join(', ')}` : ': none was made yet'} (see: nextcart models list)`,
  );
};

/** Where a release lies, as it was told last. Throws for a candidate that the gate refused. */
export const artifactOf = (records: readonly ModelRelease[], releaseId: string): ReleaseArtifact => {
  const told = records.filter((record) => record.releaseId === releaseId);
  const last = told.findLast(({ artifactUri, artifactHash }) => artifactUri !== null && artifactHash !== null);
  if (last === undefined)
    throw new Error(
      `${releaseId} has no artifact: ${
        told.some(({ kind }) => kind === 'rejected') ? 'the gate let it not pass' : 'it was never released'
      }. Name one that was released (see: nextcart models list)`,
    );
  return { releaseId, uri: last.artifactUri as string, hash: last.artifactHash as string };
};

/** Puts a release beside the one in force, so that lists are drafted out of both, and ends it. */
import { type ChangeDeps, type Changed, change } from './change-release.ts';
import { checkOpens } from './check-artifact.ts';
import { artifactOf, completeId, releaseIds } from './find-release.ts';

/** Of a share. */
export const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

/**
 * `share`: of the subjects, above 0 to 1. Throws before anything changed: for what is not there, is in force, or can't be
 * opened, and where nothing is in force.
 */
export const interleave = (deps: ChangeDeps, begun: string, share: number, by: string): Promise<Changed> =>
  change(deps, async ({ records, inForce }) => {
    if (inForce === null) throw new Error('no release is in force: there is nothing to interleave with');
    const releaseId = completeId(releaseIds({ records }), begun);
    if (inForce.releaseId === releaseId)
      throw new Error(`${releaseId} is in force: name the one that is to be interleaved with it`);
    const artifact = artifactOf(records, releaseId);
    await checkOpens(deps.artifacts, artifact);
    return {
      ...{ releaseId, kind: 'interleaved' as const, artifactUri: artifact.uri, artifactHash: artifact.hash },
      interleaving: { against: inForce.releaseId, share },
      decision: `interleaved with ${inForce.releaseId} for ${percent(share)} of the subjects by ${by}`,
    };
  });

/** Throws where nothing is interleaved. */
export const endInterleaving = (deps: ChangeDeps, by: string): Promise<Changed> =>
  change(deps, async ({ interleaving }) => {
    if (interleaving === null) throw new Error('no releases are interleaved: there is nothing to end');
    const { first, second } = interleaving;
    return {
      ...{ releaseId: second.releaseId, kind: 'interleaved' as const },
      interleaving: { against: first.releaseId, share: 0 },
      decision: `interleaving with ${first.releaseId} ended by ${by}`,
    };
  });

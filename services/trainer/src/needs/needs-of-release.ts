import type { NeedsPayload, NeedsProgress, NeedsResult, ReleaseResult } from '@nextcart/contracts';
import { openArtifact } from '@nextcart/models';
import { untilDone, type WaitingDeps } from '@nextcart/runtime';
import type { ReleasePlace } from '../data-folders.ts';
import { releaseFolder } from '../find-release.ts';
import { type NeedsDeps, writeNeeds } from './write-needs.ts';

/**
 * Needs of what a cycle released, of everybody who was active up to the end of its slice. `released`: undefined where the
 * cycle failed. Rejects with the signal's reason where it was stopped.
 */
export const needsOfRelease = async (
  deps: NeedsDeps & WaitingDeps & ReleasePlace,
  run: {
    readonly payload: NeedsPayload;
    readonly released: ReleaseResult | undefined;
    readonly signal: AbortSignal;
    readonly onProgress: (progress: NeedsProgress) => void;
  },
): Promise<NeedsResult> => {
  const { payload, released, signal, onProgress } = run;
  if (released?.verdict !== 'pass' || released.hash === null)
    return { kind: 'nothing', why: 'its cycle released nothing' };
  const { release, hash } = released;
  const artifact = await openArtifact(await releaseFolder(deps, release, hash), { hash });
  return untilDone(deps, 'needs', signal, () =>
    writeNeeds(deps, { releaseId: release, artifact, ...payload }, signal, onProgress),
  );
};

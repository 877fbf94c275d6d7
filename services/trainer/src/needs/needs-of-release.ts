import { join } from 'node:path';
import type { ReleasePayload, ReleaseResult } from '@nextcart/contracts';
import { openArtifact } from '@nextcart/models';
import { untilDone, type WaitingDeps } from '@nextcart/runtime';
import { dataFolders } from '../data-folders.ts';
import { type NeedsDeps, writeNeeds } from './write-needs.ts';

/**
 * Needs of a release that passed, of everybody who was active up to the end of its slice. A release serves without them
 * just as well: what goes wrong here is logged, and fails nothing. Rejects with the signal's reason where it was stopped.
 */
export const needsOfRelease = async (
  deps: NeedsDeps & WaitingDeps & { readonly dataDir: string },
  payload: ReleasePayload,
  { release, verdict, hash }: ReleaseResult,
  signal: AbortSignal,
): Promise<void> => {
  if (verdict !== 'pass' || hash === null) return;
  try {
    const artifact = await openArtifact(join(dataFolders(deps.dataDir).releasesDir, release), { hash });
    const ranges = payload.slice.map(({ partition, to }) => ({ partition, from: 0, to }));
    await untilDone(deps, 'needs', signal, () =>
      writeNeeds(deps, { releaseId: release, artifact, topicId: payload.topicId, ranges }, signal),
    );
  } catch (error) {
    signal.throwIfAborted();
    deps.log.error({ err: error, release }, 'needs_not_written');
  }
};

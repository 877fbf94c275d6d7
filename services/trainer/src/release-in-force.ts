import type { ReleaseArtifact } from '@nextcart/contracts';
import { untilDone, type WaitingDeps } from '@nextcart/runtime';
import type { ReleaseLog } from './release/release-log.ts';

/** What model-releases.v1 says by now. A broker that is away is waited for. */
export interface ReleasesInForce {
  /** Oldest first, without what was rolled back: the last is the one in force. */
  line(): Promise<readonly ReleaseArtifact[]>;
  /** With the one in force; null while none is. */
  interleaved(): Promise<ReleaseArtifact | null>;
}

/**
 * Waits until the signal, and rejects with its reason. Read anew whenever it is asked, some times an hour: a reader of its
 * own would have to be trusted to be up to date.
 */
export const releasesInForce = (
  deps: WaitingDeps & { readonly releases: Pick<ReleaseLog, 'read'> },
  signal: AbortSignal,
): ReleasesInForce => {
  const read = async () => (await untilDone(deps, 'model releases', signal, () => deps.releases.read())).line;
  return {
    line: async () => (await read()).line(),
    interleaved: async () => (await read()).interleaving()?.second ?? null,
  };
};

import type { ReleaseArtifact } from '@nextcart/contracts';
import type { ReleaseModels } from '@nextcart/ranking';
import type { Clock, Logger } from '@nextcart/runtime';

/** Loads releases, and remembers why one could not be. */
export interface ReleaseLoader {
  /** Null where it can't be loaded, which `trouble` tells; asked for again soon, it is left alone. */
  load(release: ReleaseArtifact): Promise<ReleaseModels | null>;
  /** It was loaded, and failed at work. */
  refuse(release: ReleaseArtifact): void;
  /** Nothing is wanted that does not serve. */
  settled(): void;
  /** Empty where there is none. */
  trouble(): string;
}

/** How long a release that failed is left alone: at first, and each time it fails soon again twice as long. */
const FIRST_WAIT_MS = 10_000;
const LONGEST_WAIT_MS = 2 * 60_000;

/** `what`: a release that is wanted, in words, such as "is in force". */
export const createReleaseLoader = (deps: {
  readonly load: (release: ReleaseArtifact) => Promise<ReleaseModels>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly what: string;
}): ReleaseLoader => {
  const { clock, log } = deps;
  let trouble = '';
  let refused = '';
  let refusedAt = Number.NEGATIVE_INFINITY;
  let waitMs = FIRST_WAIT_MS;
  const refuse = ({ releaseId, hash }: ReleaseArtifact, why: string) => {
    const now = clock.monotonic();
    // it was loaded and at work for at most as long as it had been left alone
    const isSoon = refused === hash && now - refusedAt <= 2 * waitMs;
    waitMs = isSoon ? Math.min(2 * waitMs, LONGEST_WAIT_MS) : FIRST_WAIT_MS;
    [refused, refusedAt] = [hash, now];
    trouble = `release ${releaseId} ${deps.what} and ${why}`;
  };
  return {
    load: async (release) => {
      const { releaseId, hash } = release;
      if (refused === hash && clock.monotonic() - refusedAt < waitMs) return null;
      const started = clock.monotonic();
      try {
        const models = await deps.load(release);
        log.info({ release: releaseId, ms: Math.round(clock.monotonic() - started) }, 'release_loaded');
        trouble = '';
        return models;
      } catch (error) {
        if (refused !== hash) log.error({ err: error, release: releaseId }, 'release_not_loaded');
        refuse(release, `can't be loaded: ${(error as Error).message}`);
        return null;
      }
    },
    refuse: (release) => refuse(release, 'its models failed: the log has models_failed'),
    settled: () => {
      trouble = '';
    },
    trouble: () => trouble,
  };
};

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

/** How long a release that could not be loaded is left alone. */
const AGAIN_MS = 10_000;

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
  const refuse = ({ releaseId, hash }: ReleaseArtifact, why: string) => {
    [refused, refusedAt] = [hash, clock.monotonic()];
    trouble = `release ${releaseId} ${deps.what} and ${why}`;
  };
  return {
    load: async (release) => {
      const { releaseId, hash } = release;
      if (refused === hash && clock.monotonic() - refusedAt < AGAIN_MS) return null;
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

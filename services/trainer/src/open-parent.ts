import type { ParentRelease, ReleaseArtifact } from '@nextcart/contracts';
import type { Logger } from '@nextcart/runtime';
import type { ReleasePlace } from './data-folders.ts';
import type { TrainingSettings } from './data-set/settings.ts';
import { findRelease } from './find-release.ts';
import { nextPositions } from './log-ranges.ts';
import { type ServingSettings, sameSight, servingSettings } from './serving-settings.ts';

export interface Parent {
  /** What a warm start goes on from; null where the settings have changed what models see: then only a full training helps. */
  readonly release: ParentRelease | null;
  /** By partition, where the log goes on after what it was trained on: the gate measures it all the same. */
  readonly next: ReadonlyMap<number, number>;
}

/** The release in force as a plan knows it; null where it is not here, or another, or learned from another log. */
export const openParent = async (
  deps: ReleasePlace & { readonly settings: TrainingSettings; readonly log: Logger },
  { releaseId, hash }: ReleaseArtifact,
  topicId: string,
): Promise<Parent | null> => {
  const { settings, log } = deps;
  const refused = (why: string) => {
    log.warn({ release: releaseId, why }, 'parent_refused');
    return null;
  };
  try {
    const found = await findRelease(deps, releaseId, hash);
    if (found === undefined) return refused('it is not here');
    if (found.hash !== hash) return refused(`its hash is ${found.hash}, ${hash} was released`);
    const next = nextPositions(found.manifest.trainedOn, topicId);
    if (next.size === 0) return refused('it learned from another log');
    const sight = found.manifest.settings['serving'] as ServingSettings | undefined;
    if (sameSight(sight, servingSettings(settings))) return { release: { release: releaseId, hash }, next };
    refused('the settings have changed what models see');
    return { release: null, next };
  } catch (error) {
    if (error instanceof Error && error.name === 'ArtifactError') return refused(error.message);
    throw error;
  }
};

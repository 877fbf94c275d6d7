import { join } from 'node:path';
import type { ParentRelease, ReleaseArtifact } from '@nextcart/contracts';
import { readManifest } from '@nextcart/models';
import type { Logger } from '@nextcart/runtime';
import { dataFolders } from './data-folders.ts';
import type { TrainingSettings } from './data-set/settings.ts';
import { nextPositions } from './log-ranges.ts';
import { type ServingSettings, sameSight, servingSettings } from './serving-settings.ts';

export interface Parent {
  readonly release: ParentRelease;
  /** By partition, where the log goes on after what it was trained on. */
  readonly next: ReadonlyMap<number, number>;
}

/**
 * The release in force as what a warm start goes on from; null where it can't: it is not here, or another, it learned from
 * another log, or the settings have changed what models see. Then only a full training helps.
 */
export const openParent = async (
  { dataDir, settings, log }: { readonly dataDir: string; readonly settings: TrainingSettings; readonly log: Logger },
  { releaseId, hash }: ReleaseArtifact,
  topicId: string,
): Promise<Parent | null> => {
  const refused = (why: string) => {
    log.warn({ release: releaseId, why }, 'parent_refused');
    return null;
  };
  try {
    const found = await readManifest(join(dataFolders(dataDir).releasesDir, releaseId));
    if (found.hash !== hash) return refused(`its hash is ${found.hash}, ${hash} was released`);
    if (!sameSight(found.manifest.settings['serving'] as ServingSettings | undefined, servingSettings(settings)))
      return refused('the settings have changed what models see');
    const next = nextPositions(found.manifest.trainedOn, topicId);
    if (next.size === 0) return refused('it learned from another log');
    return { release: { release: releaseId, hash }, next };
  } catch (error) {
    if (error instanceof Error && error.name === 'ArtifactError') return refused(error.message);
    throw error;
  }
};

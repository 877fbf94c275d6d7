import type { ItemIndex, ReleaseArtifact } from '@nextcart/contracts';
import { openArtifactAside } from '@nextcart/models';
import { openReleaseModels, type ReleaseModels } from './release-models.ts';

/** A release that knows less of the catalogue than this is another shop's. */
const LEAST_SHARE = 0.1;

/**
 * The models of a release, checked: whole by their hashes, and of this catalogue. Throws an Error that says what is wrong
 * and what to do.
 */
export const loadRelease = async (
  { releaseId, hash }: Pick<ReleaseArtifact, 'releaseId' | 'hash'>,
  deps: {
    /** Where its files are. */
    readonly folder: string;
    readonly index: ItemIndex;
    readonly isKnown: (itemId: string) => boolean;
    readonly threads: number;
    readonly batch: number;
    readonly explained: number;
    readonly nextPurchases: boolean;
  },
): Promise<ReleaseModels> => {
  const artifact = await openArtifactAside(deps.folder, { hash });
  const known = artifact.items.filter(deps.isKnown).length;
  if (known < LEAST_SHARE * artifact.items.length)
    throw new Error(
      `release ${releaseId} is of another catalogue: of its ${artifact.items.length} items ${known} are in ours; promote one of this shop`,
    );
  return openReleaseModels(artifact, deps);
};

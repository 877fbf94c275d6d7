import { fileURLToPath } from 'node:url';
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
  { releaseId, uri, hash }: ReleaseArtifact,
  deps: {
    readonly index: ItemIndex;
    readonly isKnown: (itemId: string) => boolean;
    readonly threads: number;
    readonly batch: number;
    readonly explained: number;
    readonly nextPurchases: boolean;
  },
): Promise<ReleaseModels> => {
  if (!uri.startsWith('file:'))
    throw new Error(`release ${releaseId} lies at ${uri}: scorers read folders (file:) alone; mount the store as one`);
  const artifact = await openArtifactAside(fileURLToPath(uri), { hash });
  const known = artifact.items.filter(deps.isKnown).length;
  if (known < LEAST_SHARE * artifact.items.length)
    throw new Error(
      `release ${releaseId} is of another catalogue: of its ${artifact.items.length} items ${known} are in ours; promote one of this shop`,
    );
  return openReleaseModels(artifact, deps);
};

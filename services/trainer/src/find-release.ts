import type { Found } from '@nextcart/artifacts';
import { ArtifactError } from '@nextcart/models';
import { type ReleasePlace, releaseUri } from './data-folders.ts';

/**
 * A release by its name, and where it is known by its hash: in the store, or, of before there was one, in the folder.
 * Undefined where it is in neither. Throws as `Artifacts.find` does.
 */
export const findRelease = async (
  { dataDir, artifacts, releasesUri }: ReleasePlace,
  release: string,
  hash?: string,
): Promise<Found | undefined> => {
  const stored =
    releasesUri === undefined ? undefined : await artifacts.find(releaseUri({ dataDir, releasesUri }, release), hash);
  return stored ?? artifacts.find(releaseUri({ dataDir }, release));
};

/** As `findRelease`. Throws an ArtifactError where it is not there. */
export const wantedRelease = async (place: ReleasePlace, release: string, hash?: string): Promise<Found> => {
  const found = await findRelease(place, release, hash);
  if (found !== undefined) return found;
  const where = releaseUri(place, release);
  const cure = 'bring it back, or train a full one; more are kept by TRAINER_KEEP_RELEASES';
  throw new ArtifactError('', `there is no release at ${where}`, cure);
};

/** Of its files. Throws as `wantedRelease` does. */
export const releaseFolder = async (place: ReleasePlace, release: string, hash: string): Promise<string> => {
  const { uri } = await wantedRelease(place, release, hash);
  return place.artifacts.folder({ uri, hash });
};

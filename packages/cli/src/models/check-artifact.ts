import type { Artifacts } from '@nextcart/artifacts';
import { NextcartError, type ReleaseArtifact } from '@nextcart/contracts';
import { openArtifact } from '@nextcart/models';

/**
 * `there`: as it was released, by its manifest; `gone`: nothing lies there, or not where this machine can see; `unknown`: a
 * store can't be asked, and why.
 */
export type ArtifactState = 'there' | 'gone' | 'damaged' | `unknown: ${string}`;

export const artifactState = async (
  artifacts: Pick<Artifacts, 'manifest'>,
  { uri, hash }: Pick<ReleaseArtifact, 'uri' | 'hash'>,
): Promise<ArtifactState> => {
  try {
    return (await artifacts.manifest(uri)).hash === hash ? 'there' : 'damaged';
  } catch (error) {
    if (error instanceof NextcartError) return `unknown: ${error.message}`;
    return (error as Error).message.includes('there is no release at') ? 'gone' : 'damaged';
  }
};

/** Reads all of it, as a scorer will. Throws an Error that names what is wrong and what to do. */
export const checkOpens = async (artifacts: Pick<Artifacts, 'folder'>, artifact: ReleaseArtifact): Promise<void> => {
  try {
    await openArtifact(await artifacts.folder(artifact), { hash: artifact.hash });
  } catch (error) {
    throw new Error(
      `${artifact.releaseId} can't be served, nothing was changed: ${(error as Error).message}. Others that may serve: nextcart models list`,
      { cause: error },
    );
  }
};

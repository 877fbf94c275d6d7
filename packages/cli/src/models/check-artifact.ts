import { fileURLToPath } from 'node:url';
import type { ReleaseArtifact } from '@nextcart/contracts';
import { openArtifact, readManifest } from '@nextcart/models';

/** `there`: as it was released, by its manifest; `gone`: nothing lies there, or not where this machine can see. */
export type ArtifactState = 'there' | 'gone' | 'damaged';

export const artifactState = async ({ uri, hash }: Pick<ReleaseArtifact, 'uri' | 'hash'>): Promise<ArtifactState> => {
  if (!uri.startsWith('file:')) return 'gone';
  try {
    return (await readManifest(fileURLToPath(uri))).hash === hash ? 'there' : 'damaged';
  } catch (error) {
    return (error as Error).message.includes('there is no release at') ? 'gone' : 'damaged';
  }
};

/** Reads all of it, as a scorer will. Throws an Error that names what is wrong and what to do. */
export const checkOpens = async ({ releaseId, uri, hash }: ReleaseArtifact): Promise<void> => {
  if (!uri.startsWith('file:'))
    throw new Error(`${releaseId} lies at ${uri}, which scorers can't read: they read folders (file:) alone`);
  try {
    await openArtifact(fileURLToPath(uri), { hash });
  } catch (error) {
    throw new Error(
      `${releaseId} can't be served, nothing was changed: ${(error as Error).message}. Others that may serve: nextcart models list`,
      { cause: error },
    );
  }
};

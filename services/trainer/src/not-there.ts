import { ArtifactError } from '@nextcart/models';

/** For what may be gone or damaged by now; a store that can't be asked says neither. */
export const notThere = (error: unknown): undefined => {
  if (!(error instanceof ArtifactError)) throw error;
};

import { isDeepStrictEqual } from 'node:util';
import type { RepeatedRelease } from '@nextcart/contracts';
import { openArtifact, type ReleaseModels } from '@nextcart/models';
import type { ReleasePlace } from '../data-folders.ts';
import { releaseFolder } from '../find-release.ts';
import { notThere } from '../not-there.ts';
import type { Candidate } from './merge-artifacts.ts';

/** Whether a release that was trained again has the weights that it had, in words. */
export const compareWeights = async (
  place: ReleasePlace,
  { release, hash }: RepeatedRelease,
  { models }: Pick<Candidate, 'models'>,
  threads: number,
): Promise<string> => {
  const before = await releaseFolder(place, release, hash)
    .then((folder) => openArtifact(folder, { hash }))
    .catch(notThere);
  if (before === undefined) return `trained again like ${release}, which is no longer there to compare it with`;
  const parts = new Set([...Object.keys(models), ...Object.keys(before.models)] as (keyof ReleaseModels)[]);
  const other = [...parts].filter((part) => !isDeepStrictEqual(models[part], before.models[part]));
  if (other.length === 0) return `trained again like ${release}: all weights are the same`;
  const { cycle } = before.manifest.settings as {
    readonly cycle?: { readonly recipe?: { readonly threads?: number } };
  };
  const then = `${cycle?.recipe?.threads ?? 'unknown'} on ${before.manifest.cpu.model}`;
  return `trained again like ${release}: weights are others in ${other.join(', ')}; threads then ${then}, now ${threads}`;
};

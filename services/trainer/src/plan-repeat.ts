/** Makes the cycle of a release again. Invariant: the same release gives the same cycle, whatever came to the log since. */
import { checkTrainingSlices } from '@nextcart/clickhouse';
import { modelKinds, type PlanResult, type RepeatPayload } from '@nextcart/contracts';
import { ArtifactError } from '@nextcart/models';
import type { ReleasePlace } from './data-folders.ts';
import { findRelease, wantedRelease } from './find-release.ts';
import { notThere } from './not-there.ts';
import type { PlanDeps } from './plan-cycle.ts';
import type { Cycle } from './queue.ts';
import { type Recipe, readRecipe, readSettings } from './release/recipe.ts';

/**
 * `jobId`: of the plan itself. Throws an ArtifactError with the cure where the release, its recipe or what it went on from
 * is not there, and as `checkTrainingSlices` does.
 */
export const planRepeat = async (
  deps: ReleasePlace & Pick<PlanDeps, 'store' | 'queue'>,
  jobId: string,
  { like }: RepeatPayload,
): Promise<PlanResult> => {
  const { store, queue } = deps;
  const { manifest, hash } = await wantedRelease(deps, like);
  const recipe = readRecipe(manifest);
  const settings = readSettings(manifest);
  const { parent, topicId, slice } = recipe;
  if (parent) await checkParent(deps, like, parent);
  await checkTrainingSlices(store, { topicId, ranges: slice });
  const planned = await queue.notes.alone('like', jobId, async (): Promise<PlanResult> => {
    const last = await queue.notes.last('like');
    if (last && (await queue.isPending(last.jobId)))
      return { jobId: null, why: `${last.jobId}, trained again like another, has not ended` };
    const release = await queue.addCycle(cycleOf(recipe, { release: like, hash, settings }));
    await queue.notes.write('like', { jobId: release, topicId, positions: 0, shopTime: null });
    return { jobId: release, why: null };
  });
  return planned ?? { jobId: null, why: 'another trainer plans such a cycle' };
};

const checkParent = async (place: ReleasePlace, like: string, parent: NonNullable<Recipe['parent']>): Promise<void> => {
  const found = await findRelease(place, parent.release, parent.hash).catch(notThere);
  if (found?.hash === parent.hash) return;
  throw new ArtifactError(
    '',
    `release ${like} went on from ${parent.release}, which is ${found ? 'another by now' : 'gone'}`,
    'bring it back, or train a full one again; more are kept by TRAINER_KEEP_RELEASES',
  );
};

const cycleOf = (
  { parent, topicId, ranges, slice, seed, budget, epochs }: Recipe,
  like: NonNullable<Cycle['release']['like']>,
): Cycle => {
  const same = { parent, topicId, ranges, seed, like };
  return {
    trainings: modelKinds.flatMap((kind) => {
      const own = epochs[kind];
      return own === undefined ? [] : [{ kind, ...same, budget: { ...budget, epochs: own } }];
    }),
    release: { ...same, slice, budget },
  };
};

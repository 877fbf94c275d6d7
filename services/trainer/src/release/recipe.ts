/**
 * What a cycle was a function of, beside the log and the settings that lie in its artifact, too: out of the two it can be
 * trained again. Invariant: with as many threads, on the same kind of CPU, by the same version, the weights are the same.
 */
import { type ModelKind, modelKinds, type ReleasePayload, type TrainResult } from '@nextcart/contracts';
import { ArtifactError, type Manifest } from '@nextcart/models';
import { z } from 'zod';
import { parseTrainingSettings, type TrainingSettings } from '../data-set/settings.ts';

/** Another for each change of what it says. */
const VERSION = 1;

const count = z.number().int().min(0);
const slices = z.array(z.strictObject({ partition: count, from: count, to: count }));
const schema = z.strictObject({
  version: z.literal(VERSION),
  parent: z.strictObject({ release: z.string(), hash: z.string() }).nullable(),
  topicId: z.string(),
  ranges: slices,
  slice: slices,
  seed: count,
  /** Of each training. */
  epochs: z.partialRecord(z.enum(modelKinds), count),
  /** Of the pass over the slice. */
  budget: z.strictObject({ epochs: count, seconds: z.number() }),
  threads: count,
});

/** `settings.cycle.recipe` of an artifact. */
export type Recipe = z.output<typeof schema>;

export const recipeOf = (
  { parent, topicId, ranges, slice, seed, budget }: ReleasePayload,
  trainings: readonly TrainResult[],
  threads: number,
): Recipe => ({
  ...{ version: VERSION, parent, topicId, seed, budget, threads },
  ranges: [...ranges],
  slice: [...slice],
  epochs: Object.fromEntries(trainings.map(({ kind, epochs }) => [kind, epochs])) as Partial<Record<ModelKind, number>>,
});

/** Throws an ArtifactError for one that does not say it, or says it as another version did. */
export const readRecipe = ({ release, settings }: Manifest): Recipe => {
  const { recipe } = (settings['cycle'] ?? {}) as { readonly recipe?: unknown };
  const read = schema.safeParse(recipe);
  if (read.success) return read.data;
  const made = recipe === undefined ? 'an older trainer' : 'a trainer of another version';
  throw refuse(`release ${release} was made by ${made} and does not say what it was trained by`);
};

/** Throws an ArtifactError for those that this version does not know. */
export const readSettings = ({ release, settings }: Manifest): TrainingSettings => {
  try {
    return parseTrainingSettings(settings['training'], `settings.training of release ${release}`);
  } catch (error) {
    throw refuse((error as Error).message);
  }
};

const refuse = (problem: string) =>
  new ArtifactError(
    'manifest.json',
    problem,
    'train it again by the version that made it, or train over all that there is: nextcart models train --full',
  );

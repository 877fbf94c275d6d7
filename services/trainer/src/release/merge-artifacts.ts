/** What the trainings of a cycle learned, as one set of models. */
import { isDeepStrictEqual } from 'node:util';
import type { ModelKind, TrainResult } from '@nextcart/contracts';
import { type Artifact, ArtifactError, openArtifact, type ReleaseModels } from '@nextcart/models';

export interface Candidate {
  /** Ids by the numbers that all models know items by. */
  readonly items: readonly string[];
  readonly features: Artifact['features'];
  readonly models: ReleaseModels;
  readonly tables: Artifact['tables'];
  readonly trainedOn: Artifact['manifest']['trainedOn'];
  /** Of the first training: those of a cycle have the same. */
  readonly settings: Artifact['manifest']['settings'];
}

/** Parts of an artifact that a training of a kind makes. */
const PARTS_OF = {
  recurrent: ['recurrent', 'purchases'],
  autoencoder: ['autoencoder', 'edlae', 'graphFilter'],
} as const satisfies Record<ModelKind, readonly (keyof ReleaseModels)[]>;

/**
 * Opens the trainings' artifacts and puts them together. Throws an ArtifactError for one that is not what its training
 * wrote, that lacks its model, knows other items than the others or was made by other settings, and where there is none
 * or a kind twice.
 */
export const mergeArtifacts = async (
  folderOf: (trained: string) => string,
  trainings: readonly TrainResult[],
): Promise<Candidate> => {
  let merged: Candidate | undefined;
  const kinds = new Set<ModelKind>();
  for (const { kind, trained, hash } of trainings) {
    if (kinds.has(kind)) throw refuse(`two trainings made a ${kind} model`);
    kinds.add(kind);
    const artifact = await openArtifact(folderOf(trained), { hash });
    merged = join(merged, kind, trained, artifact);
  }
  if (merged === undefined) throw refuse('no training made a model');
  return merged;
};

const join = (before: Candidate | undefined, kind: ModelKind, trained: string, artifact: Artifact): Candidate => {
  if (artifact.models[kind] === undefined) throw refuse(`training ${trained} made no ${kind} model`);
  const models = Object.fromEntries(
    PARTS_OF[kind].flatMap((part) => (artifact.models[part] ? [[part, artifact.models[part]]] : [])),
  ) as ReleaseModels;
  const { items, features, tables } = artifact;
  const { trainedOn, settings } = artifact.manifest;
  if (before === undefined) return { items, features, models, tables, trainedOn, settings };
  const differs = items.findIndex((item, number) => item !== before.items[number]);
  if (items.length !== before.items.length || differs !== -1)
    throw refuse(
      `the trainings know other items: ${before.items.length} and ${items.length}${
        differs === -1 ? '' : `, number ${differs} is '${before.items[differs] ?? ''}' and '${items[differs] ?? ''}'`
      }`,
    );
  for (const told of ['serving', 'training'])
    if (!isDeepStrictEqual(settings[told], before.settings[told]))
      throw refuse(`the settings were changed between the trainings: settings.${told} of ${trained} are others`);
  return {
    ...before,
    features: joinFeatures(before.features, features),
    models: { ...before.models, ...models },
    tables: { ...before.tables, ...tables },
  };
};

/** By name; what two models read has both as readers. */
const joinFeatures = (some: Candidate['features'], more: Candidate['features']): Candidate['features'] => {
  const byName = new Map(some.map((feature) => [feature.name, feature]));
  for (const feature of more) {
    const known = byName.get(feature.name);
    const readers = [...new Set([...(known?.readers ?? []), ...feature.readers])];
    byName.set(feature.name, { ...(known ?? feature), readers });
  }
  return [...byName.values()];
};

const refuse = (problem: string) => new ArtifactError('', problem, 'look at the trainings of the cycle');

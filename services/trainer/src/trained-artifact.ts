/** A trained model as an artifact, and what a job tells of it. Invariant: a job's artifact is a function of the job alone. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelKind, TrainPayload, TrainResult } from '@nextcart/contracts';
import {
  type Artifact,
  type Autoencoder,
  decodeTable,
  decodeWeights,
  openArtifact,
  type RecurrentModel,
  readCpu,
  readManifest,
  type SparseRows,
  writeArtifact,
} from '@nextcart/models';
import { sidesOf } from './data-set/bags.ts';
import { timeFeatures } from './data-set/sequences.ts';
import { type TrainingSettings, typesOf } from './data-set/settings.ts';
import { joinRanges, rangesOf } from './log-ranges.ts';
import type { TrainingFacts } from './prepare-training.ts';
import { servingSettings } from './serving-settings.ts';

export interface Trained {
  /** The job's id. */
  readonly name: string;
  /** When the job was made, epoch ms. */
  readonly createdAt: number;
  readonly payload: TrainPayload;
  readonly settings: TrainingSettings;
  /** Where the parent lies. */
  readonly parentsDir: string;
  readonly factsFile: string;
  readonly featuresFile: string;
  readonly weightsFile: string;
  readonly epochs: number;
  readonly loss: number;
}

const LOSS = 'training loss';
const LOSS_DEFINITIONS: Readonly<Record<ModelKind, string>> = {
  recurrent: 'weighed mean cross-entropy over the last epoch, in nats',
  autoencoder: 'mean over the last epoch of −ELBO of a subject, in nats, events weighed',
};

export const writeTrained = async (trainedDir: string, trained: Trained): Promise<TrainResult> => {
  const { name, payload, settings } = trained;
  const { shape, itemIds, ...about } = JSON.parse(await readFile(trained.factsFile, 'utf8')) as TrainingFacts;
  const weights = decodeWeights(await readFile(trained.weightsFile));
  const folder = join(trainedDir, name);
  const own = rangesOf(payload.topicId, payload.ranges);
  // what a warm start learned from is what its parent did, and then its own
  const before = payload.parent
    ? (await readManifest(join(trained.parentsDir, payload.parent.release))).manifest.trainedOn
    : [];
  const { hash } = await writeArtifact(folder, {
    release: name,
    createdAt: new Date(trained.createdAt).toISOString(),
    seeds: { training: payload.seed },
    trainedOn: joinRanges(before, own),
    metrics: [{ name: LOSS, value: trained.loss, definition: LOSS_DEFINITIONS[payload.kind] }],
    cpu: await readCpu(),
    settings: {
      training: settings,
      serving: servingSettings(settings),
      trained: { kind: payload.kind, parent: payload.parent, ...about, epochs: trained.epochs },
    },
    items: itemIds,
    features: featuresOf(settings, shape),
    models:
      payload.kind === 'recurrent'
        ? { recurrent: { shape, weights, ...(await itemFeaturesOf(trained)) } as RecurrentModel }
        : { autoencoder: { shape, weights } as Autoencoder },
    tables: {},
  });
  return resultOf(await openArtifact(folder, { hash }));
};

/** What is there of a job that was killed after its artifact was written; undefined where nothing is. */
export const finishedTraining = async (trainedDir: string, name: string): Promise<TrainResult | undefined> => {
  const folder = join(trainedDir, name);
  const exists = await readFile(join(folder, 'manifest.json')).then(
    () => true,
    () => false,
  );
  return exists ? resultOf(await openArtifact(folder)) : undefined;
};

const itemFeaturesOf = async ({ featuresFile, settings }: Trained): Promise<Pick<RecurrentModel, 'itemFeatures'>> => {
  if (settings.itemFields.length === 0) return {};
  return { itemFeatures: decodeTable(await readFile(featuresFile)) as unknown as SparseRows };
};

/** A warm start sees of an event's time what its parent did, by its shape. */
const featuresOf = (settings: TrainingSettings, shape: object) => [
  ...Object.entries(timeFeatures)
    .filter(([column]) => ((shape as Record<string, number>)[column] ?? 0) > 0)
    .map(([, { name, definition, missing, readers }]) => ({ name, definition, missing, readers })),
  {
    name: 'event type',
    definition: 'kind of event, by its place in the list',
    readers: ['recurrent model', 'autoencoder'],
    settings: { types: typesOf(settings) },
  },
  {
    name: 'search text',
    definition: "words of a search's text, to the recurrent model 3-grams too, hashed into columns",
    readers: ['recurrent model', ...(sidesOf(settings) > 0 ? ['autoencoder'] : [])],
    settings: { columns: settings.searchFeatures },
  },
  {
    name: 'item content',
    definition:
      "what the catalogue had last said of an item when the newest event that was learned from was appended, hashed into search text's columns",
    readers: ['recurrent model'],
    settings: { fields: settings.itemFields },
  },
  {
    name: 'bag',
    definition:
      "a subject's items and words of its searches, each the sum of its events' weights: by type, halved for each half-life of age",
    readers: ['autoencoder'],
    settings: { ...servingSettings(settings).bag },
  },
];

const resultOf = ({ hash, manifest, items }: Artifact): TrainResult => {
  const { kind, events, subjects, epochs } = manifest.settings['trained'] as Pick<
    TrainResult,
    'kind' | 'events' | 'subjects' | 'epochs'
  >;
  const loss = manifest.metrics.find(({ name }) => name === LOSS)?.value ?? Number.NaN;
  return { kind, trained: manifest.release, hash, events, subjects, items: items.length, epochs, loss };
};

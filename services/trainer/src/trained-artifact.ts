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
import type { TrainingSettings } from './data-set/settings.ts';
import { featuresOf } from './features-read.ts';
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
  /** Null for a training from nothing. */
  readonly parentFolder: string | null;
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
  const before = trained.parentFolder ? (await readManifest(trained.parentFolder)).manifest.trainedOn : [];
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
    features: featuresOf(settings, payload.kind, shape as Record<string, number>),
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

const resultOf = ({ hash, manifest, items }: Artifact): TrainResult => {
  const { kind, events, subjects, epochs } = manifest.settings['trained'] as Pick<
    TrainResult,
    'kind' | 'events' | 'subjects' | 'epochs'
  >;
  const loss = manifest.metrics.find(({ name }) => name === LOSS)?.value ?? Number.NaN;
  return { kind, trained: manifest.release, hash, events, subjects, items: items.length, epochs, loss };
};

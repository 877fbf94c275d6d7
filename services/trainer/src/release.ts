/** A trained model as a release, and what a job tells of it. Invariant: a job's release is a function of the job alone. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainPayload, TrainResult } from '@nextcart/contracts';
import { type Artifact, decodeWeights, openArtifact, readCpu, writeArtifact } from '@nextcart/models';
import type { RecurrentFacts } from './build-recurrent.ts';
import { timeFeatures } from './data-set/sequences.ts';
import { type TrainingSettings, typesOf } from './data-set/settings.ts';

export interface Trained {
  readonly release: string;
  /** When the job was made, epoch ms. */
  readonly createdAt: number;
  readonly payload: TrainPayload;
  readonly settings: TrainingSettings;
  readonly factsFile: string;
  readonly weightsFile: string;
  readonly epochs: number;
  readonly loss: number;
}

const LOSS = 'training loss';

export const writeRecurrentRelease = async (releasesDir: string, trained: Trained): Promise<TrainResult> => {
  const { release, payload, settings } = trained;
  const { shape, itemIds, events, subjects } = JSON.parse(await readFile(trained.factsFile, 'utf8')) as RecurrentFacts;
  const folder = join(releasesDir, release);
  const { hash } = await writeArtifact(folder, {
    release,
    createdAt: new Date(trained.createdAt).toISOString(),
    seeds: { training: payload.seed },
    trainedOn: payload.ranges
      .filter(({ from, to }) => from < to)
      .map(({ partition, from, to }) => ({
        ...{ topicId: payload.topicId, partition, firstOffset: from, lastOffset: to - 1 },
      })),
    metrics: [
      { name: LOSS, value: trained.loss, definition: 'weighed mean cross-entropy over the last epoch, in nats' },
    ],
    cpu: await readCpu(),
    settings: { training: settings, trained: { events, subjects, epochs: trained.epochs } },
    items: itemIds,
    features: [
      ...Object.values(timeFeatures).map(({ name, definition, missing, readers }) => ({
        ...{ name, definition, missing, readers },
      })),
      {
        name: 'event type',
        definition: 'kind of event, by its place in the list',
        readers: ['recurrent model'],
        settings: { types: typesOf(settings) },
      },
      {
        name: 'search text',
        definition: "words and 3-grams of a search's text, hashed into columns",
        readers: ['recurrent model'],
        settings: { columns: settings.searchFeatures },
      },
    ],
    models: { recurrent: { shape, weights: floats(decodeWeights(await readFile(trained.weightsFile))) } },
    tables: {},
  });
  return resultOf(await openArtifact(folder, { hash }));
};

/** What is there of a job that was killed after its release was written; undefined where nothing is. */
export const finishedRelease = async (releasesDir: string, release: string): Promise<TrainResult | undefined> => {
  const folder = join(releasesDir, release);
  const exists = await readFile(join(folder, 'manifest.json')).then(
    () => true,
    () => false,
  );
  return exists ? resultOf(await openArtifact(folder)) : undefined;
};

const resultOf = ({ hash, manifest, items }: Artifact): TrainResult => {
  const { trained } = manifest.settings as { trained: { events: number; subjects: number; epochs: number } };
  const loss = manifest.metrics.find(({ name }) => name === LOSS)?.value ?? Number.NaN;
  return { release: manifest.release, hash, items: items.length, ...trained, loss };
};

const floats = (weights: ReturnType<typeof decodeWeights>) => weights as Readonly<Record<string, Float32Array>>;

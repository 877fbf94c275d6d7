/** A candidate that passed, as a release. Invariant: a cycle's artifact holds all that its row and its record say. */
import { randomUUID } from 'node:crypto';
import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifacts } from '@nextcart/artifacts';
import type { CycleRun, ModelRun } from '@nextcart/clickhouse';
import { listMeasures, parseMeasureName, requestSlices } from '@nextcart/contracts';
import {
  ArtifactError,
  openArtifact,
  type ReleaseMetric,
  readCpu,
  readManifest,
  writeArtifact,
} from '@nextcart/models';
import { dataFolders, type ReleasePlace, releaseUri } from '../data-folders.ts';
import { notThere } from '../not-there.ts';
import type { Candidate } from './merge-artifacts.ts';
import { purchaseErrorDefinition } from './purchase-tally.ts';
import type { Recipe } from './recipe.ts';
import { servingOf, type Weights } from './serving.ts';

/** What a row has that the artifact does not say of itself. */
type Decision = Omit<CycleRun, 'artifactUri' | 'artifactHash' | 'at' | 'seconds'>;

export const writeRelease = async (
  place: ReleasePlace,
  {
    run,
    createdAt,
    candidate,
    weights,
    recipe,
  }: {
    readonly run: Decision;
    /** Of the job, epoch ms. */
    readonly createdAt: number;
    readonly candidate: Candidate;
    readonly weights: Weights;
    readonly recipe: Recipe;
  },
): Promise<Pick<ModelRun, 'artifactUri' | 'artifactHash'>> => {
  const folder = join(dataFolders(place.dataDir).releasesDir, run.release);
  const uri = releaseUri(place, run.release);
  if (place.releasesUri !== undefined) await checkFree(place.artifacts, uri);
  const { items, features, models, tables, trainedOn, settings } = candidate;
  const { hash } = await writeArtifact(folder, {
    ...{
      release: run.release,
      createdAt: new Date(createdAt).toISOString(),
      seeds: { training: recipe.seed },
      trainedOn,
    },
    metrics: metricsOf(run),
    cpu: await readCpu(),
    settings: {
      training: settings['training'] ?? null,
      serving: servingOf(candidate, weights),
      cycle: { mode: run.mode, champion: run.champion, anchor: run.anchor, refitted: run.refitted, recipe },
      decision: run,
    },
    ...{ items, features, models, tables },
  });
  // opened before anyone is told of it: what a full or failing disk made of it shows here
  await openArtifact(folder, { hash });
  const artifactUri = await place.artifacts.publish(folder, uri);
  return { artifactUri, artifactHash: hash };
};

/** What was decided where a cycle was killed between its artifact and its row; undefined where there is no artifact. */
export const writtenRun = async (place: ReleasePlace, release: string, now: number): Promise<CycleRun | undefined> => {
  if (place.releasesUri !== undefined) await publishWritten(place, release);
  const found = await place.artifacts.find(releaseUri(place, release)).catch(notThere);
  if (found === undefined) return undefined;
  const { uri: artifactUri, hash: artifactHash } = found;
  await openArtifact(await place.artifacts.folder({ uri: artifactUri, hash: artifactHash }), { hash: artifactHash });
  return { ...(found.manifest.settings['decision'] as Decision), at: now, seconds: {}, artifactUri, artifactHash };
};

/** As a folder that is there already says so by itself. */
const checkFree = async (artifacts: Artifacts, uri: string): Promise<void> => {
  const found = await artifacts.find(uri).catch(notThere);
  if (found) throw new ArtifactError('', `there is something at ${found.uri} already`, 'it is what was decided');
};

/** What was written here and has not come to the store yet; another trainer may do the same. What is damaged is written anew. */
const publishWritten = async (place: ReleasePlace, release: string): Promise<void> => {
  const folder = join(dataFolders(place.dataDir).releasesDir, release);
  if (!(await stat(folder).catch(() => undefined))) return;
  try {
    const { hash } = await readManifest(folder);
    await openArtifact(folder, { hash });
    await place.artifacts.publish(folder, releaseUri(place, release));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return; // the other one did
    notThere(error);
    await rename(folder, `${folder}.partial-${randomUUID()}`).catch(() => {}); // as what is cut short, cleaned up in time
  }
};

/** Of a metric by its name. */
const definitionOf = (name: string): string => {
  const named = parseMeasureName(name);
  if (named === null) return purchaseErrorDefinition;
  const { measure, slice } = named;
  const of = slice === undefined ? '' : `, ${requestSlices[slice]}`;
  const interval = measure === 'coverage@20' ? '' : '; the interval is that of 95 % by resampling subjects';
  return `${listMeasures[measure]}${of}${interval}`;
};

const metricsOf = ({ metrics, losses }: Decision): ReleaseMetric[] => [
  ...Object.entries(metrics).map(([name, { value, low, high }]) => ({
    ...{ name, value, low, high },
    definition: definitionOf(name),
  })),
  ...Object.entries(losses).map(([model, value]) => ({
    ...{ name: `loss ${model}`, value },
    definition: 'mean over the last epoch of the training that was measured, in nats',
  })),
];

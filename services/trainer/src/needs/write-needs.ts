/**
 * What people want by a release: its needs with names, each subject's strongest, segments, and how behaviour goes with
 * them, as rows of ClickHouse. Invariants: a function of the release and its slices, the catalogue's titles apart; a
 * release that was written stays as it is, one that was cut short is written again over what is there; besides its
 * answer nothing is held of a subject but latents, columns and figures.
 */
import {
  insertNeeds,
  partitionKey,
  readActiveSubjects,
  readFeaturesOf,
  readSegments,
  type Store,
} from '@nextcart/clickhouse';
import type { LogSlice, NeedsProgress, NeedsResult } from '@nextcart/contracts';
import type { Artifact } from '@nextcart/models';
import type { Clock, Logger } from '@nextcart/runtime';
import { behaviourColumns, correlationsOf, distributionsOf, sampledSubjects } from './behaviour.ts';
import { findSegments } from './find-segments.ts';
import { observeSubjects } from './observe-subjects.ts';
import { servingBags } from './serving-bags.ts';
import { activeLatents, tellNeeds } from './tell-needs.ts';

export interface NeedsDeps {
  readonly store: Store;
  readonly log: Logger;
  readonly clock: Clock;
  /** Of scoring; 1. */
  readonly threads?: number;
  /** Those whose newest event with an item is the latest; 50,000. */
  readonly mostSubjects?: number;
}

export interface ReleasedModels {
  readonly releaseId: string;
  readonly artifact: Artifact;
  readonly topicId: string;
  /** What it learned from; who did something in it is looked at, with all that their folds know up to its end. */
  readonly ranges: readonly LogSlice[];
}

const MOST_SUBJECTS = 50_000;
/** Fewer tell nothing apart from chance. */
const LEAST_SUBJECTS = 20;
/** Strongest needs of a subject that are kept. */
const KEPT_NEEDS = 5;
/** Behaviour is told of so long a time before the newest event. */
const BEHAVIOUR_DAYS = 90;

/**
 * Rejects with the signal's reason where it was stopped, with 'store_unavailable' where the store is away (try again), and
 * with an Error that names the setting of a release without serving settings.
 */
export const writeNeeds = async (
  deps: NeedsDeps,
  release: ReleasedModels,
  signal: AbortSignal,
  onProgress: (progress: NeedsProgress) => void = () => {},
): Promise<NeedsResult> => {
  const { store, log, clock, threads = 1, mostSubjects = MOST_SUBJECTS } = deps;
  const { releaseId, artifact, topicId, ranges } = release;
  const { autoencoder } = artifact.models;
  const nothing = (why: string): NeedsResult => {
    log.info({ release: releaseId, why }, 'no_needs');
    return { kind: 'nothing', why };
  };
  if (autoencoder === undefined) return nothing('the release has no autoencoder');
  if ((await readSegments(store, releaseId)).length > 0) return { kind: 'already' };
  const started = clock.monotonic();
  const bags = servingBags(artifact, autoencoder.shape.columns - autoencoder.shape.items);
  const active = await readActiveSubjects(store, { topicId, ranges, types: bags.types, most: mostSubjects });
  const tell = (stage: NeedsProgress['stage'], done: number) => onProgress({ stage, done, total: active.length });
  const observed = await observeSubjects(
    store,
    { log: { topicId, ranges }, artifact, autoencoder, bags, subjects: active, threads, signal },
    (done) => tell('subjects', done),
  );
  const { subjects } = observed;
  const latents = activeLatents(observed.latents);
  if (subjects.length < LEAST_SUBJECTS) return nothing(`${subjects.length} subjects, ${LEAST_SUBJECTS} are enough`);
  if (latents.width === 0) return nothing('the autoencoder sees all subjects alike');

  /** Lets timers and sockets in between stretches of work, and stops here. */
  const pause = async () => {
    await clock.sleep(0);
    signal.throwIfAborted();
  };
  const told = await tellNeeds(observed, latents, KEPT_NEEDS, pause);
  const { segments, segmentOf } = await findSegments(observed, latents, pause);
  tell('needs', subjects.length);
  await pause();

  const rows = sampledSubjects(subjects);
  const features = await readFeaturesOf(
    store,
    rows.map((row) => subjects[row] as string),
    {
      at: active.reduce((latest, { newest }) => Math.max(latest, newest), 0),
      days: BEHAVIOUR_DAYS,
      positions: Object.fromEntries(
        ranges.filter(({ to }) => to > 0).map(({ partition, to }) => [partitionKey(topicId, partition), to - 1]),
      ),
    },
  );
  const columns = behaviourColumns(
    rows.map((row) => subjects[row] as string),
    features,
  );
  const correlations = await correlationsOf(columns, told.needs, latents, rows, pause);
  tell('behaviour', subjects.length);

  await insertNeeds(
    store,
    {
      ...{ release: releaseId, at: Date.parse(artifact.manifest.createdAt), segments, needs: told.needs },
      subjects: subjects.map((subject, row) => ({
        ...{ subject, segment: segmentOf[row] as number },
        ...(told.ofSubjects[row] as (typeof told.ofSubjects)[number]),
      })),
      distributions: distributionsOf(columns),
      correlations,
    },
    signal,
  );
  tell('write', subjects.length);
  const counts = { subjects: subjects.length, needs: told.needs.length, segments: segments.length };
  log.info({ release: releaseId, ...counts, ms: Math.round(clock.monotonic() - started) }, 'needs_written');
  return { kind: 'written', ...counts };
};

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { artifactsEnv, artifactsOptions, createArtifacts } from '@nextcart/artifacts';
import { clickhouseEnv } from '@nextcart/clickhouse';
import { kafkaEnv, kafkaEnvRule, registryEnv } from '@nextcart/kafka';
import { type EnvSource, parseEnv, serviceEnv } from '@nextcart/runtime';
import { z } from 'zod';
import { dataFolders } from './data-folders.ts';

const count = (fallback: number) => z.coerce.number().int().min(1).default(fallback);

/** A timer of Node is set for 2^31 ms at most, 24 days: one for longer is over at once. */
const MOST_S = Math.floor((2 ** 31 - 1) / 1000);
const MOST_MINUTES = Math.floor(MOST_S / 60);

const { ARTIFACTS_DIR: _, ...storeEnv } = artifactsEnv;

const schema = z.object({
  ...serviceEnv,
  ...kafkaEnv,
  ...registryEnv,
  ...clickhouseEnv,
  ...storeEnv,
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'expected redis(s)://user:password@host:port' }),
  /** Of the queue's keys: another for each shop that shares the Redis. */
  TRAINER_QUEUE_PREFIX: z.string().min(1).default('nextcart'),
  /** Releases, and what running jobs write down: one folder for all trainers, or a job that is taken over begins anew. */
  TRAINER_DATA_DIR: z.string({ error: 'expected a folder that all trainers share' }).min(1),
  /** An object store for releases, which scorers and `nextcart` read them from; absent: they lie in that folder. */
  TRAINER_RELEASES_URI: z
    .string()
    .regex(/^s3:\/\/[^/]+(\/[^/]+)*$/, 'expected s3://bucket or s3://bucket/prefix')
    .optional(),
  /** What is learned from the log and how; absent: the file of this room. */
  TRAINER_SETTINGS_FILE: z.string().default(join(import.meta.dirname, '..', 'training.json')),
  /** Buyers within a slice that the gate waits for; absent: that of the settings file. For small shops and trials. */
  TRAINER_MIN_SUBJECTS: z.coerce.number().int().min(1).optional(),
  /** Trainings at once in this process, each a process of its own with some 0.3 GB and its data. */
  TRAINER_CONCURRENCY: count(1),
  /** Of each training; the machine also serves. */
  TRAINER_THREADS: count(Math.max(1, availableParallelism() - 1)),
  /** Of each training, its data included; one that would take more fails before it begins, and says what makes it less. */
  TRAINER_MEMORY_GIB: z.coerce.number().positive().default(4),
  /** A trainer that does not renew its lock for so long has lost the job to another; a Redis that is away must be back by then. */
  TRAINER_LOCK_S: z.coerce.number().min(1).default(30),
  /** How often a job that fails is tried in all; the wait doubles from the first retry on. */
  TRAINER_ATTEMPTS: count(3),
  TRAINER_RETRY_S: z.coerce.number().min(0.1).default(10),
  /** Finished and failed jobs that stay to be looked at, of each kind. */
  TRAINER_KEEP_JOBS: count(200),
  /** By the clock and by the shop's own, whichever comes first: how old behaviour is before the models have it. 0: only when it is asked for. */
  TRAINER_WARM_MINUTES: z.coerce.number().min(0).default(10),
  /** The same for trainings from nothing, which forget what a chain of warm starts drifted to. */
  TRAINER_FULL_HOURS: z.coerce.number().min(0).default(24),
  /** Positions of the events' log at which its first cycle begins, at once: fewer teach less than counting does. */
  TRAINER_FIRST_EVENTS: count(20_000),
  /** How often the shop's clock is looked at, one query over what came since; 0: cycles come by the wall clock alone. */
  TRAINER_WATCH_S: z.coerce.number().min(0).max(MOST_S).default(10),
  /** Of a full training; a warm start has those of the settings file. */
  TRAINER_EPOCHS: count(8),
  /** Of one attempt of a training; of each pass over the slice at a cycle's end, too. */
  TRAINER_BUDGET_MINUTES: z.coerce.number().positive().max(MOST_MINUTES).default(120),
  /** Of one attempt of any other job: a plan, a cycle's end without its passes, needs, an evaluation, cleaning up. They take minutes. */
  TRAINER_JOB_MINUTES: z.coerce.number().positive().max(MOST_MINUTES).default(60),
  /** Of cycles: the same data and seed give the same weights on the same kind of CPU. */
  TRAINER_SEED: z.coerce.number().int().min(0).default(1),
  /** Newest releases that stay beside the last in force, some 20 MB each for a catalogue of 20,000 items. */
  TRAINER_KEEP_RELEASES: count(5),
  /** What serves is measured over what came since, so that its quality is seen also where nothing is trained; some seconds of CPU. */
  TRAINER_EVALUATE_MINUTES: z.coerce.number().min(0).default(60),
  TRAINER_CLEAN_UP_MINUTES: z.coerce.number().min(0).default(60),
});

export type TrainerEnv = z.output<typeof schema>;

export const readEnv = (source: EnvSource = process.env): Readonly<TrainerEnv> =>
  parseEnv(schema, source, [kafkaEnvRule]);

/** The variables as the queue wants them. */
export const queueSettings = (env: TrainerEnv) => ({
  concurrency: env.TRAINER_CONCURRENCY,
  lockMs: env.TRAINER_LOCK_S * 1000,
  attempts: env.TRAINER_ATTEMPTS,
  retryMs: env.TRAINER_RETRY_S * 1000,
  keepJobs: env.TRAINER_KEEP_JOBS,
  limitMs: env.TRAINER_JOB_MINUTES * 60_000,
});
export type QueueSettings = ReturnType<typeof queueSettings>;

export const scheduleSettings = (env: TrainerEnv) => ({
  warmEveryMs: env.TRAINER_WARM_MINUTES * 60_000,
  fullEveryMs: env.TRAINER_FULL_HOURS * 3_600_000,
  evaluateEveryMs: env.TRAINER_EVALUATE_MINUTES * 60_000,
  cleanUpEveryMs: env.TRAINER_CLEAN_UP_MINUTES * 60_000,
  watchEveryMs: env.TRAINER_WATCH_S * 1000,
  firstEvents: env.TRAINER_FIRST_EVENTS,
  plan: {
    seed: env.TRAINER_SEED,
    budget: { epochs: env.TRAINER_EPOCHS, seconds: env.TRAINER_BUDGET_MINUTES * 60 },
  },
});
export type ScheduleSettings = ReturnType<typeof scheduleSettings>;

/** What a trainer takes from the variables. */
export const optionsOf = (env: TrainerEnv) => ({
  logLevel: env.LOG_LEVEL,
  dataDir: env.TRAINER_DATA_DIR,
  ...(env.TRAINER_RELEASES_URI !== undefined && { releasesUri: env.TRAINER_RELEASES_URI }),
  artifacts: createArtifacts(artifactsOptions({ ...env, ARTIFACTS_DIR: dataFolders(env.TRAINER_DATA_DIR).fetchedDir })),
  threads: env.TRAINER_THREADS,
  memoryBytes: env.TRAINER_MEMORY_GIB * 2 ** 30,
  keepReleases: env.TRAINER_KEEP_RELEASES,
  queueSettings: queueSettings(env),
  schedule: scheduleSettings(env),
});

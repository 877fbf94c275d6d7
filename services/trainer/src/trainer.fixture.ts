/** Trainers as processes of their own, on the run's servers, with a shop that is learned in a second or two. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Store } from '@nextcart/clickhouse';
import { insertTestEvents, migratedStore, type TestEvent } from '@nextcart/clickhouse/testing';
import type { JobName, TrainPayload } from '@nextcart/contracts';
import { type Artifact, openArtifact } from '@nextcart/models';
import { createHealth, createLogger, systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import type { Job } from 'bullmq';
import { inject } from 'vitest';
import type { TrainingSettings } from './data-set/settings.ts';
import { createTrainingQueue, type JobOf, type TrainingQueue } from './queue.ts';
import { connectRedis } from './redis.ts';
import { gateSchema } from './release/gate-settings.ts';

export const TOPIC_ID = '0d5a8d0e-6b1f-4c57-9b5e-7d2f6a1c9e03';
const SUBJECTS = 120;
const EVENTS = 12;
const NOW = Date.UTC(2026, 10, 24);

export const settings: TrainingSettings = {
  events: { search: { target: 0, bag: 1 }, view: { target: 1, bag: 1 }, purchase: { target: 4, bag: 3 } },
  ...{ recencyHalfLifeDays: 30, amountShare: 0.5, minItemSupport: 2, searchFeatures: 64 },
  itemFields: ['category', 'price'],
  recurrent: {
    ...{ width: 16, blocks: 1, lags: 2, lanes: 12, times: 8, sampledAbove: 1000, draws: 64 },
    dropout: { events: 0.1, blocks: 0.1 },
    rate: { from: 0.005, to: 0.001 },
    tables: { optimiser: 'adagrad', from: 0.1, to: 0.02 },
  },
  autoencoder: {
    ...{ hidden: 16, latent: 8, depth: 2, batch: 20, dropout: 0.5, gamma: 0.005, epochFactor: 2, minBatches: 1 },
    ...{ rate: { from: 0.005, to: 0.001 }, sampledAbove: 1000, draws: 64 },
  },
  warm: { maxEvents: 100_000, replayDays: 30, epochs: 2, rateShare: 0.3 },
  cycle: { sliceShare: { full: 0.2, warm: 0.3 }, minEvents: 100 },
  gate: gateSchema.parse({ minSubjects: 10 }),
};

/** Everybody walks along the items, one after the other, now and then searching or buying. Each round has new subjects, and three items more. */
export const walkers = (round = 0): TestEvent[] =>
  Array.from({ length: SUBJECTS * EVENTS }, (_, i) => {
    const at = i + round * SUBJECTS * EVENTS;
    const [subject, step] = [Math.floor(at / EVENTS), at % EVENTS];
    const type = step % 5 === 4 ? 'purchase' : step % 7 === 6 ? 'search' : 'view';
    return {
      ...{ topicId: TOPIC_ID, partition: subject % 2, time: NOW + at * 1000, type, subject: `u${subject}` },
      offset: Math.floor(subject / 2) * EVENTS + step,
      item: type === 'search' ? null : `i${(subject + step) % (30 + 3 * round)}`,
      query: type === 'search' ? `thing ${subject % 30}` : null,
      // just now, or the shop's clock would go by the wall's as that of an idle one
      receivedAt: systemClock.now(),
      ...(type === 'purchase' && { amount: '5.0000', baseAmount: `${(subject % 9) + 1}.0000`, currency: 'EUR' }),
    } as const;
  });

export const payloadOf = (epochs: number, change: Partial<TrainPayload> = {}): TrainPayload => ({
  kind: 'recurrent',
  parent: null,
  topicId: TOPIC_ID,
  ranges: [0, 1].map((partition) => ({ partition, from: 0, to: (SUBJECTS * EVENTS) / 2 })),
  seed: 7,
  budget: { epochs, seconds: 120 },
  ...change,
});

export interface TrainerProcess {
  readonly child: ChildProcess;
  /** Its log so far. */
  log(): string;
  /** Of `/health/ready`. */
  health(): Promise<{ ok: boolean; checks: Record<string, { ok: boolean; detail: string }> }>;
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Pid of the training that runs in it. */
  training(): Promise<number>;
}

/** `fileBytes`: no file of the process, or of one that it starts, can be longer. */
export interface Limits {
  readonly fileBytes?: number;
}

export interface Shop {
  readonly store: Store;
  readonly queue: TrainingQueue;
  readonly redisUrl: string;
  readonly clickhouseUrl: string;
  /** Of the queue. */
  readonly prefix: string;
  readonly dataDir: string;
  /** With a queue, data and tables that all trainers of the shop share; ready where it is waited for. */
  trainer(env?: Record<string, string>, limits?: Limits): Promise<TrainerProcess>;
  /** What a training made. */
  trained(jobId: string): Promise<Artifact>;
  release(name: string): Promise<Artifact>;
  /** Of trainers that a test has left. */
  killTrainers(): Promise<void>;
  close(): Promise<void>;
}

const log = createLogger('test', 'fatal');

export const openShop = async (redisUrl = inject('urls').redisUrl): Promise<Shop> => {
  const { store, url, drop } = await migratedStore(inject('urls').clickhouseUrl, 'trainer');
  await insertTestEvents(store, walkers(), 'walkers');
  const dataDir = await mkdtemp(join(tmpdir(), 'trainer-'));
  const settingsFile = join(dataDir, 'training.json');
  await writeFile(settingsFile, JSON.stringify(settings));
  const prefix = uniqueName('trainer');
  const redis = connectRedis(redisUrl, { log, health: createHealth() });
  const queue = createTrainingQueue({ redis, prefix }, { attempts: 3, retryMs: 200, keepJobs: 50 });
  const processes: TrainerProcess[] = [];
  const env = {
    ...{ KAFKA_BROKERS: inject('urls').kafkaBrokers, CLICKHOUSE_URL: url, REDIS_URL: redisUrl },
    SCHEMA_REGISTRY_URL: inject('urls').schemaRegistryUrl,
    ...{ TRAINER_DATA_DIR: dataDir, TRAINER_SETTINGS_FILE: settingsFile, TRAINER_QUEUE_PREFIX: prefix },
    ...{ TRAINER_LOCK_S: '2', TRAINER_THREADS: '1', TRAINER_RETRY_S: '0.2', HTTP_PORT: '0' },
    // jobs come from the tests alone
    TRAINER_EVALUATE_MINUTES: '0',
    ...{ TRAINER_WARM_MINUTES: '0', TRAINER_FULL_HOURS: '0', TRAINER_CLEAN_UP_MINUTES: '0', TRAINER_WATCH_S: '0' },
  };
  const killTrainers = async () => {
    await Promise.all(processes.map((one) => one.kill('SIGKILL')));
  };
  return {
    store,
    queue,
    redisUrl,
    clickhouseUrl: url,
    prefix,
    dataDir,
    trainer: async (change = {}, limits = {}) => {
      const started = await startTrainer({ ...env, ...change }, limits);
      processes.push(started);
      return started;
    },
    release: (name) => openArtifact(join(dataDir, 'releases', name)),
    trained: (jobId) => openArtifact(join(dataDir, 'trained', jobId)),
    killTrainers,
    close: async () => {
      await killTrainers();
      await queue.close();
      const keys = await redis.keys(`${prefix}:*`).catch(() => []);
      if (keys.length > 0) await redis.del(...keys);
      redis.disconnect();
      await drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

/** POSIX counts in blocks of 512 bytes; the signal of a file that becomes too long would end the process. */
const LIMITED = `trap '' XFSZ; ulimit -f "$1"; shift; exec "$@"`;

const startTrainer = async (
  env: Record<string, string | undefined>,
  { fileBytes }: Limits,
): Promise<TrainerProcess> => {
  const own = [process.execPath, join(import.meta.dirname, 'main.ts')];
  const [command, ...args] =
    fileBytes === undefined ? own : ['/bin/sh', '-c', LIMITED, 'sh', String(Math.ceil(fileBytes / 512)), ...own];
  const child = spawn(command as string, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const exited = once(child, 'exit');
  await until('the trainer starts', () => text.includes('"started"'), [exited.then(() => text)]);
  const port = Number(/"port":(\d+)/.exec(text)?.[1]);
  return {
    child,
    log: () => text,
    health: async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/health/ready`);
      return (await answer.json()) as Awaited<ReturnType<TrainerProcess['health']>>;
    },
    training: async () => {
      const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=', '--ppid', String(child.pid)]);
      return Number(stdout.trim().split('\n').at(-1));
    },
    kill: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await exited;
    },
  };
};

/** Rejects where the condition does not come true within `seconds`, or one of `ends` comes first. */
export const until = async (
  what: string,
  condition: () => boolean | Promise<boolean>,
  ends: readonly Promise<unknown>[] = [],
  seconds = 40,
): Promise<void> => {
  let ended: string | undefined;
  for (const end of ends) void end.then((value) => (ended = String(value)));
  for (let tries = 0; tries < seconds * 20; tries += 1) {
    if (await condition()) return;
    if (ended !== undefined) throw new Error(`${what}: it ended first: ${ended}`);
    await systemClock.sleep(50);
  }
  throw new Error(`${what}: not within ${seconds} s`);
};

export const jobOf = async <N extends JobName = 'train'>(queue: TrainingQueue, jobId: string): Promise<JobOf<N>> => {
  const job = await queue.job<N>(jobId);
  if (!job) throw new Error(`no job ${jobId}`);
  return job;
};

/** What it came to; rejects with the reason where it failed. */
export const resultOf = async <N extends JobName = 'train'>(queue: TrainingQueue, jobId: string) => {
  await until(`job ${jobId} ends`, async () => (await jobOf(queue, jobId)).finishedOn !== undefined);
  const job: JobOf<N> = await jobOf<N>(queue, jobId);
  if (await (job as Job).isFailed()) throw new Error(job.failedReason);
  return job.returnvalue;
};

/** What the store was told of a job that came to no end. */
export const failureOf = async (store: Store, jobId: string) => {
  const rows = () => store.query('SELECT * FROM failed_jobs FINAL WHERE id = {id:String}', { id: jobId });
  await until(`the failure of ${jobId} is told`, async () => (await rows()).length > 0);
  return rows();
};

export const epochOf = async (queue: TrainingQueue, jobId: string): Promise<number> => {
  const { progress } = await jobOf(queue, jobId);
  return typeof progress === 'object' && 'epoch' in progress ? Number(progress.epoch) : -1;
};

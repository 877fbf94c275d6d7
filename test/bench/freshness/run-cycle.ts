/** A cycle of training from the job that plans it to the record of its decision, and where its time went. */
import { setTimeout as sleep } from 'node:timers/promises';
import { lookText, openCycleQueue } from '@nextcart/cli';
import { type ModelRun, readModelRun } from '@nextcart/clickhouse';
import { type JobName, modelKinds, type ReleasePayload, type TrainingMode, topics } from '@nextcart/contracts';
import { followReleases } from '@nextcart/kafka';
import { createHealth, createLogger, systemClock } from '@nextcart/runtime';
import { connectRedis, createTrainingQueue, type TrainingQueue } from '@nextcart/trainer';
import type { BenchContext } from '../harness/bench.ts';
import { cpuMicrosWithEnded, type Pids } from '../harness/cpu.ts';
import type { OwnServers, ServiceProcess } from '../harness/own-servers.ts';

export interface CycleRun {
  readonly run: ModelRun;
  readonly slices: Pick<ReleasePayload, 'ranges' | 'slice'>;
  /** From the job being added to its record being readable, its parts, and the CPU of it, by the names of metrics. */
  readonly seconds: Readonly<Record<string, number>> & { readonly warm_start_s: number };
}

export interface Cycles {
  /** Throws with the reason where no cycle was made of it, or a job of it failed. */
  run(mode: TrainingMode, epochs: number): Promise<CycleRun>;
}

const PREFIX = 'nextcart';
const POLL_MS = 50;
/** A first release takes minutes. */
const TELL_MS = 10_000;
/** Jobs are tried once: a figure with a retry in it is none. */
const ONCE = { attempts: 1, retryMs: 1000, keepJobs: 200 };

interface Line {
  readonly msg?: string;
  readonly kind?: string;
  readonly parent?: string | null;
  readonly seconds?: number;
}

export const openCycles = async (
  context: BenchContext,
  { stack, kafka, registry, store, pid }: OwnServers,
  trainer: ServiceProcess,
): Promise<Cycles> => {
  const quiet = createLogger('bench', 'fatal');
  const redis = connectRedis(stack.urls.redisUrl, { log: quiet, health: createHealth() });
  const queue = createTrainingQueue({ redis, prefix: PREFIX }, ONCE);
  const cycles = await openCycleQueue(stack.urls.redisUrl, PREFIX);
  const seenAt = new Map<string, number>();
  const follower = await followReleases({
    ...{ kafka, topic: topics.modelReleases.name, schemaText: (id) => registry.schema(id) },
    onRecord: ({ releaseId, kind }) => {
      if (kind === 'released' || kind === 'rejected') seenAt.set(releaseId, systemClock.now());
    },
  });
  context.onEnd(async () => {
    await follower.close();
    await cycles.close();
    await queue.close();
    redis.disconnect();
  });
  /** When the decision was read; a job that fails has none. */
  const decided = async (jobId: string): Promise<number> => {
    let tellAt = systemClock.now() + TELL_MS;
    while (!seenAt.has(jobId)) {
      await unfailed(queue, jobId);
      if (systemClock.now() > tellAt) {
        context.log(`  ${lookText(await cycles.look(jobId))}`);
        tellAt += TELL_MS;
      }
      await sleep(POLL_MS);
    }
    return seenAt.get(jobId) as number;
  };
  return {
    run: async (mode, epochs) => {
      const cpu = startMeter({ trainer: trainer.pid, clickhouse: pid('clickhouse') });
      const linesBefore = trainer.said().length;
      const begunAt = systemClock.now();
      const plan = await ended(queue, await queue.plan({ mode, seed: 1, budget: { epochs, seconds: 7200 } }));
      const { jobId, why } = plan.returnvalue as { jobId: string | null; why: string | null };
      if (jobId === null) throw new Error(`no ${mode} cycle was made: ${why}`);
      const toldAt = await decided(jobId);
      const used = cpu();
      const release = await ended(queue, jobId);
      const run = await readModelRun(store, jobId);
      if (run === null) throw new Error(`the decision of ${jobId} is not in the store`);
      const seconds: Record<string, number> = {
        'plan.seconds': secondsOf(plan),
        'release.seconds': (toldAt - (release.processedOn ?? toldAt)) / 1000,
        'needs.seconds': secondsOf(await ended(queue, jobId.replace('release', 'needs'))),
      };
      for (const [stage, taken] of Object.entries(run.seconds)) seconds[`${stage}.seconds`] = taken;
      for (const kind of modelKinds)
        seconds[`${kind}.seconds`] = secondsOf(await ended(queue, jobId.replace('release', kind)));
      const { ranges, slice } = release.data as ReleasePayload;
      const reading = readSeconds(trainer.said().slice(linesBefore));
      const warm_start_s = (toldAt - begunAt) / 1000;
      return { run, slices: { ranges, slice }, seconds: { warm_start_s, ...seconds, ...reading, ...used } };
    },
  };
};

/** Of each training of a cycle, as the trainer logs it. */
const readSeconds = (lines: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    lines
      .flatMap(lineOf)
      .filter(({ msg }) => msg === 'training_data_read')
      .map(({ kind, parent, seconds = 0 }) => {
        const isRefit = parent?.endsWith('-candidate') === true;
        return [`${isRefit ? 'refit.' : ''}${kind}.read_seconds`, seconds];
      }),
  );

/** Calling it gives CPU seconds since then, by the names of metrics. */
const startMeter = (pids: Pids): (() => Record<string, number>) => {
  const read = () => Object.entries(pids).map(([name, pid]) => [`cpu_s.${name}`, cpuMicrosWithEnded(pid)] as const);
  const before = new Map(read());
  return () => Object.fromEntries(read().map(([name, micros]) => [name, (micros - (before.get(name) ?? 0)) / 1e6]));
};

const secondsOf = ({ processedOn = 0, finishedOn = 0 }: { processedOn?: number; finishedOn?: number }): number =>
  (finishedOn - processedOn) / 1000;

const lineOf = (text: string): Line[] => {
  try {
    return [JSON.parse(text) as Line];
  } catch {
    return []; // not of the logger
  }
};

const unfailed = async (queue: TrainingQueue, jobId: string) => {
  const job = await queue.job<JobName>(jobId);
  if (job === undefined) throw new Error(`the job ${jobId} is gone`);
  if (await job.isFailed()) throw new Error(`${job.name} ${jobId} failed: ${job.failedReason}`);
  return job;
};

const ended = async (queue: TrainingQueue, jobId: string) => {
  for (;;) {
    const job = await unfailed(queue, jobId);
    if (await job.isCompleted()) return job;
    await sleep(POLL_MS);
  }
};

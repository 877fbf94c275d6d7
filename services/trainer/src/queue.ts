/** The one place that knows how jobs lie in Redis: what adds, cancels and looks at them. */
import {
  cancelJob,
  type EvaluatePayload,
  isPending,
  type JobName,
  type Jobs,
  type Marked,
  type NeedsPayload,
  type PlanPayload,
  planKey,
  type ReleasePayload,
  type RepeatPayload,
  TRAINING_QUEUE,
  type TrainPayload,
  trainingIdOf,
} from '@nextcart/contracts';
import { FlowProducer, type Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type CycleNotes, createCycleNotes } from './cycle-notes.ts';
import type { QueueSettings } from './env.ts';
import { needsIdOf, releaseId, trainingId } from './job-ids.ts';

export type AnyJob = Job<Jobs[JobName]['payload'], Jobs[JobName]['result'], JobName>;
export type JobOf<N extends JobName> = Job<Marked<Jobs[N]['payload']>, Jobs[N]['result'], N>;
export type TrainJob = JobOf<'train'>;

/** A plan as its jobs' payloads. */
export interface Cycle {
  readonly trainings: readonly TrainPayload[];
  readonly release: ReleasePayload;
}

export interface ClockedJob {
  readonly name: string;
  /** 0: not by the clock. */
  readonly everyMs: number;
  readonly job:
    | { readonly name: 'plan-cycle'; readonly data: PlanPayload }
    | { readonly name: 'evaluate'; readonly data: EvaluatePayload }
    | { readonly name: 'clean-up'; readonly data: object };
}

export interface TrainingQueue {
  /** Adds a training by itself; the same payload again is the same job. Returns its id. */
  train(payload: TrainPayload): Promise<string>;
  /**
   * Adds a cycle with what comes after it, all of its jobs or none; the same plan again is the same cycle, made again where
   * it failed. Returns the id of its `release` job.
   */
  addCycle(cycle: Cycle): Promise<string>;
  /** Adds a `plan-cycle` job, unless one of its key that was added here waits or runs. Returns its id. */
  plan(payload: PlanPayload | RepeatPayload): Promise<string>;
  /** Of what was planned last, for all trainers together. */
  readonly notes: CycleNotes;
  job<N extends JobName = 'train'>(jobId: string): Promise<JobOf<N> | undefined>;
  /** False where there is no such job, or it has ended. */
  isPending(jobId: string): Promise<boolean>;
  /** It ends as failed, with the reason that it was cancelled, as soon as a trainer sees it; a cycle with its trainings. False where there is none to cancel. */
  cancel(jobId: string): Promise<boolean>;
  /** Adds jobs by the clock, for all trainers together. */
  schedule(schedules: readonly ClockedJob[]): Promise<void>;
  isScheduled(name: string): Promise<boolean>;
  close(): Promise<void>;
}

export interface QueueConnection {
  readonly redis: Redis;
  /** Of keys in Redis: one for each shop. */
  readonly prefix: string;
}

export const createTrainingQueue = (
  { redis, prefix }: QueueConnection,
  { attempts, retryMs, keepJobs }: Pick<QueueSettings, 'attempts' | 'retryMs' | 'keepJobs'>,
): TrainingQueue => {
  const options = {
    attempts,
    backoff: { type: 'exponential', delay: retryMs },
    removeOnComplete: { count: keepJobs },
    removeOnFail: { count: keepJobs },
  };
  const queue = new Queue(TRAINING_QUEUE, { connection: redis, prefix, defaultJobOptions: options });
  const flows = new FlowProducer({ connection: redis, prefix });
  // what they say of their connection, the connection's owner says already
  queue.on('error', () => {});
  flows.on('error', () => {});
  const jobOf = async <N extends JobName>(jobId: string) =>
    (await queue.getJob(jobId)) as unknown as JobOf<N> | undefined;
  return {
    train: async (payload) => {
      const jobId = trainingId(payload);
      const job = await queue.add('train', payload, { jobId });
      return job.id ?? jobId;
    },
    addCycle: async ({ trainings, release }) => {
      const jobId = releaseId(release);
      const known = await jobOf(jobId);
      if (known && !(await known.isFailed())) return jobId;
      // what it failed for may have been mended: with its trainings it makes room for itself
      for (const job of [known, known && (await jobOf(needsIdOf(jobId)))]) await job?.remove();
      await flows.add({
        ...{ name: 'needs', queueName: TRAINING_QUEUE, data: needsOf(release) },
        opts: { ...options, jobId: needsIdOf(jobId) },
        children: [
          {
            ...{ name: 'release', queueName: TRAINING_QUEUE, data: release },
            // what comes after a cycle that failed has nothing to do; it must not wait for ever
            opts: { ...options, jobId, ignoreDependencyOnFailure: true },
            children: trainings.map((data) => ({
              ...{ name: 'train', queueName: TRAINING_QUEUE, data },
              // the release job begins at once where a training failed for good: it tells whose reason that was
              opts: { ...options, jobId: trainingIdOf(jobId, data.kind), continueParentOnFailure: true },
            })),
          },
        ],
      });
      return jobId;
    },
    plan: async (payload) => {
      const job = await queue.add('plan-cycle', payload, { deduplication: { id: planKey(payload) } });
      return job.id as string;
    },
    notes: createCycleNotes(redis, prefix),
    job: jobOf,
    isPending: async (jobId) => isPending(await jobOf(jobId)),
    cancel: (jobId) => cancelJob((id) => queue.getJob(id) as Promise<Job | undefined>, jobId),
    schedule: async (schedules) => {
      for (const { name, everyMs, job } of schedules)
        if (everyMs > 0) await queue.upsertJobScheduler(name, { every: everyMs }, job);
        else await queue.removeJobScheduler(name);
    },
    isScheduled: async (name) => (await queue.getJobScheduler(name)) !== undefined,
    close: async () => void (await Promise.all([queue.close(), flows.close()])),
  };
};

/** Of all who were active up to the end of the slice that was measured over. */
const needsOf = ({ topicId, slice }: ReleasePayload): NeedsPayload => ({
  topicId,
  ranges: slice.map(({ partition, to }) => ({ partition, from: 0, to })),
});

/** The one place that knows how jobs lie in Redis: what adds, cancels and looks at them. */
import { createHash } from 'node:crypto';
import { type JobName, type Jobs, type PlanPayload, TRAINING_QUEUE, type TrainPayload } from '@nextcart/contracts';
import { type Job, type JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueueSettings } from './env.ts';

export type AnyJob = Job<Jobs[JobName]['payload'], Jobs[JobName]['result'], JobName>;
export type TrainJob = Job<Marked<TrainPayload>, Jobs['train']['result'], 'train'>;
/** A running job's trainer looks for the mark, which is with the job and so outlives whoever set it. */
export type Marked<P> = P & { readonly cancelled?: true };

export interface TrainingQueue {
  /** Adds a training; the same payload again is the same job. Returns its id. */
  train(payload: TrainPayload): Promise<string>;
  /** The same, unless one of its kind waits or runs: then returns that one's id. */
  trainIfIdle(payload: TrainPayload): Promise<string>;
  job(jobId: string): Promise<TrainJob | undefined>;
  /** It ends as failed, with the reason that it was cancelled, as soon as a trainer sees it. False where there is none to cancel. */
  cancel(jobId: string): Promise<boolean>;
  /** Plans trainings by the clock, for all trainers together; 0 ms ends that. */
  schedule(everyMs: number, plan: PlanPayload): Promise<void>;
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
  // what it says of its connection, the connection's owner says already
  queue.on('error', () => {});
  const jobOf = async (jobId: string) => (await queue.getJob(jobId)) as unknown as TrainJob | undefined;
  const add = async (payload: TrainPayload, more: Pick<JobsOptions, 'deduplication'>): Promise<string> => {
    const jobId = createHash('sha256').update(JSON.stringify(payload)).digest('hex').slice(0, 16);
    const job = await queue.add('train', payload, { jobId, ...more });
    return job.id ?? jobId;
  };
  return {
    train: (payload) => add(payload, {}),
    trainIfIdle: (payload) => add(payload, { deduplication: { id: `train ${payload.kind}` } }),
    job: jobOf,
    cancel: async (jobId) => {
      const job = await jobOf(jobId);
      if (!job || (await job.isCompleted()) || (await job.isFailed())) return false;
      await job.updateData({ ...job.data, cancelled: true });
      return true;
    },
    schedule: async (everyMs, plan) => {
      const id = `train ${plan.kind}`;
      if (everyMs > 0) await queue.upsertJobScheduler(id, { every: everyMs }, { name: 'plan-training', data: plan });
      else await queue.removeJobScheduler(id);
    },
    close: () => queue.close(),
  };
};

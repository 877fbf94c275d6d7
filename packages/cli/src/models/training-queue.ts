/** The trainers' queue, as far as a person needs it: a cycle is asked for, and looked at while it runs. */
import {
  type ModelKind,
  type PlanPayload,
  type PlanResult,
  planKey,
  type ReleaseProgress,
  type ReleaseResult,
  type RepeatPayload,
  type TrainProgress,
} from '@nextcart/contracts';
import type { Job } from 'bullmq';
import { openTrainingQueue } from './open-training-queue.ts';

export interface CycleQueue {
  /** Asks for a cycle; while one of its mode, or like the same release, is asked for, that one. Returns the job's id. */
  plan(payload: PlanPayload | RepeatPayload): Promise<string>;
  /** Undefined while it waits or runs. Throws its reason where it failed. */
  planned(jobId: string): Promise<PlanResult | undefined>;
  /** Whether a trainer has taken it. */
  isTaken(jobId: string): Promise<boolean>;
  /** Of a `release` job and its trainings. Throws the reason where it failed. */
  look(jobId: string): Promise<CycleLook>;
  /** Of a cycle that has not ended, whoever asked for it; undefined where there is none. */
  current(): Promise<CycleLook | undefined>;
  close(): Promise<void>;
}

export interface CycleLook {
  /** Trainings that have not ended. */
  readonly trainings: readonly { readonly kind: ModelKind; readonly progress: TrainProgress | null }[];
  readonly release: ReleaseProgress | null;
  readonly result: ReleaseResult | null;
}

/** Jobs that have ended stay to be looked at. */
const KEPT = { count: 200 };

/** Throws an Error with the cure where Redis does not answer. */
export const openCycleQueue = async (url: string, prefix: string): Promise<CycleQueue> => {
  const { queue, close } = await openTrainingQueue(url, prefix);
  const jobOf = async (jobId: string): Promise<{ readonly job: Job; readonly isCompleted: boolean }> => {
    // before the job: what it says of its end is then there
    const state = await queue.getJobState(jobId);
    const job = (await queue.getJob(jobId)) as Job | undefined;
    if (job === undefined) throw new Error(`the job ${jobId} is gone: it was removed, or Redis was emptied`);
    if (state === 'failed') throw new Error(`${job.name} ${jobId} failed: ${job.failedReason}`);
    return { job, isCompleted: state === 'completed' };
  };
  const look = async (jobId: string): Promise<CycleLook> => {
    const { job, isCompleted } = await jobOf(jobId);
    const result = isCompleted ? (job.returnvalue as ReleaseResult) : null;
    const { unprocessed = [] } = result ? {} : await job.getDependencies({ unprocessed: { count: 10 } });
    const trainings = [];
    for (const key of unprocessed) {
      const child = (await queue.getJob(key.slice(key.lastIndexOf(':') + 1))) as Job<{ kind: ModelKind }> | undefined;
      if (child) trainings.push({ kind: child.data.kind, progress: progressOf<TrainProgress>(child) });
    }
    return { trainings, release: progressOf<ReleaseProgress>(job), result };
  };
  return {
    plan: async (payload) => {
      const job = await queue.add('plan-cycle', payload, {
        deduplication: { id: planKey(payload) },
        ...{ attempts: 3, backoff: { type: 'exponential', delay: 1000 }, removeOnComplete: KEPT, removeOnFail: KEPT },
      });
      return job.id as string;
    },
    planned: async (jobId) => {
      const { job, isCompleted } = await jobOf(jobId);
      return isCompleted ? (job.returnvalue as PlanResult) : undefined;
    },
    isTaken: async (jobId) => (await jobOf(jobId)).job.processedOn !== undefined,
    look,
    current: async () => {
      const jobs: Job[] = await queue.getJobs(['active', 'waiting-children', 'waiting']);
      const release = jobs.find(({ name }) => name === 'release');
      return release?.id === undefined ? undefined : look(release.id);
    },
    close,
  };
};

/** A job that has told nothing yet has a 0. */
export const progressOf = <P>({ progress }: Pick<Job, 'progress'>): P | null =>
  typeof progress === 'object' ? (progress as P) : null;

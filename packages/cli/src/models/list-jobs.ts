/** The trainers' jobs that have not ended, and those that failed last. */
import { isMarked, type JobName, type Jobs } from '@nextcart/contracts';
import type { Job, Queue } from 'bullmq';
import { progressOf } from './training-queue.ts';

/** `waiting-children`: a release for its trainings, needs for their release. */
export const jobStates = ['active', 'waiting', 'waiting-children', 'delayed', 'failed'] as const;
export type JobState = (typeof jobStates)[number];

export interface JobLine {
  readonly id: string;
  readonly name: JobName;
  /** Of a training its model, of a plan its mode, or the release that it is like. */
  readonly kind: string | null;
  readonly state: JobState;
  /** Epoch ms: when it began, was asked for or failed. */
  readonly since: number;
  /** Those that have ended. */
  readonly attemptsMade: number;
  readonly attempts: number;
  /** Null: it has told nothing yet. */
  readonly progress: Jobs[JobName]['progress'] | null;
  /** A trainer ends it as soon as it sees that. */
  readonly cancelled: boolean;
  /** When a schedule begins it, epoch ms; null: it is not by the clock, or due. */
  readonly dueAt: number | null;
  /** Of the last attempt that failed. */
  readonly reason: string | null;
}

/** By state in the order above, newest first in each. */
export const listJobs = async (queue: Queue, limits: { readonly failed: number }): Promise<JobLine[]> => {
  const lines: JobLine[] = [];
  for (const state of jobStates) {
    const jobs: (Job | undefined)[] = await queue.getJobs([state], 0, state === 'failed' ? limits.failed - 1 : -1);
    // one that was removed in between is none
    const found = jobs.flatMap((job) => (job ? [lineOf(job, state)] : []));
    lines.push(...found.toSorted((a, b) => b.since - a.since));
  }
  return lines;
};

const lineOf = (job: Job, state: JobState): JobLine => {
  const data = job.data as { readonly kind?: string; readonly mode?: string; readonly like?: unknown };
  const like = typeof data.like === 'string' ? `like ${data.like}` : null;
  const moved = state === 'active' ? job.processedOn : state === 'failed' ? job.finishedOn : undefined;
  return {
    id: job.id as string,
    name: job.name as JobName,
    kind: data.kind ?? data.mode ?? like,
    state,
    since: moved ?? job.timestamp,
    attemptsMade: job.attemptsMade,
    attempts: Math.max(1, job.opts.attempts ?? 1), // 0: by default
    progress: progressOf<Jobs[JobName]['progress']>(job),
    cancelled: isMarked(data),
    dueAt: state === 'delayed' && isByTheClock(job) ? job.timestamp + job.delay : null,
    reason: job.failedReason || null,
  };
};

/** Added by a schedule of the trainers. */
export const isByTheClock = (job: Pick<Job, 'repeatJobKey'>): boolean => job.repeatJobKey !== undefined;

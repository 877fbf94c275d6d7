/** How a job of the trainers' queue is cancelled: by a mark in its data, which the trainer that runs it looks for. */
import { type JobName, type ModelKind, modelKinds } from './jobs.ts';

/** The mark is with the job and so outlives whoever set it. */
export type Marked<P> = P & { readonly cancelled?: true };

export const isMarked = (data: Marked<object>): boolean => data.cancelled === true;

/** Ids of `release` jobs begin so. */
export const RELEASE_ID = 'release-' satisfies `${JobName}-`;

/** Of a cycle's training, by the id of its `release` job. */
export const trainingIdOf = (release: string, kind: ModelKind): string => `${kind}-${release.slice(RELEASE_ID.length)}`;

/** A job of the queue, as far as its mark needs it. */
export interface MarkableJob {
  readonly name: string;
  readonly data: object;
  isCompleted(): Promise<boolean>;
  isFailed(): Promise<boolean>;
  updateData(data: object): Promise<void>;
}

/** Neither unknown nor over. */
export const isPending = async (job: Pick<MarkableJob, 'isCompleted' | 'isFailed'> | undefined): Promise<boolean> =>
  job !== undefined && !(await job.isCompleted()) && !(await job.isFailed());

/** A cycle's `release` job with its trainings, or another by itself. False where there is none to cancel. */
export const cancelJob = async (
  jobOf: (jobId: string) => Promise<MarkableJob | undefined>,
  jobId: string,
): Promise<boolean> => {
  const job = await jobOf(jobId);
  const isCancelled = await mark(job);
  if (job?.name === 'release') for (const kind of modelKinds) await mark(await jobOf(trainingIdOf(jobId, kind)));
  return isCancelled;
};

const mark = async (job: MarkableJob | undefined): Promise<boolean> => {
  if (!job || !(await isPending(job))) return false;
  await job.updateData({ ...job.data, cancelled: true } satisfies Marked<object>);
  return true;
};

import { cancelJob } from '@nextcart/contracts';
import type { Job, Queue } from 'bullmq';
import { isByTheClock, jobStates } from './list-jobs.ts';

export interface Cancelled {
  readonly id: string;
  /** `marked`: the trainer that has it, or takes it, ends it; `removed`: nobody had begun it. */
  readonly how: 'marked' | 'removed';
  /** Of a cycle that ends with it: its `release` job, of which it is a training. */
  readonly endsToo: string | null;
}

/** Ends a job, or a cycle by its `release` job. Throws where that can't be, with what can be done. */
export const cancelTraining = async (queue: Queue, begun: string): Promise<Cancelled> => {
  const job = await findJob(queue, begun);
  const id = job.id as string;
  const state = await job.getState();
  const isOver = (how: string) => new Error(`${id} is over already: it ${how}`);
  if (state === 'failed') throw isOver(`failed (${job.failedReason})`);
  if (state === 'completed') throw isOver('was completed');
  const looksForMark = job.name === 'train' || job.name === 'release' || job.name === 'needs';
  if (looksForMark || (job.name === 'evaluate' && state === 'active')) {
    if (!(await cancelJob((jobId) => queue.getJob(jobId) as Promise<Job | undefined>, id)))
      throw isOver('ended just now');
    return { id, how: 'marked', endsToo: job.name === 'train' ? (job.parent?.id ?? null) : null };
  }
  // trainers look for no mark in these
  if (isByTheClock(job))
    throw new Error(
      `${id} comes by the clock: TRAINER_WARM_MINUTES, TRAINER_FULL_HOURS, TRAINER_EVALUATE_MINUTES and TRAINER_CLEAN_UP_MINUTES of the trainers say how often, 0 for never`,
    );
  if (state === 'active')
    throw new Error(
      `${id} runs, and is over in some seconds: cancel the cycle that it makes (nextcart models jobs lists it)`,
    );
  await job.remove();
  return { id, how: 'removed', endsToo: null };
};

/** The job that is meant by its id, or by the beginning of one that is listed. */
const findJob = async (queue: Queue, begun: string): Promise<Job> => {
  const exact = (await queue.getJob(begun)) as Job | undefined;
  if (exact) return exact;
  const jobs: (Job | undefined)[] = await queue.getJobs([...jobStates]);
  const found = jobs.filter((job) => job?.id?.startsWith(begun) === true) as Job[];
  if (found.length === 1) return found[0] as Job;
  throw new Error(
    found.length > 1
      ? `'${begun}' may be any of ${found.map(({ id }) => id).join(', ')}: write more of it`
      : `no job '${begun}' (nextcart models jobs lists them)`,
  );
};

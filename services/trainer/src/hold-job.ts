/** What every job has around it: progress that is told, a cancel that is seen, a limit of time, an end by name. */
import type { JobName, Jobs } from '@nextcart/contracts';
import type { Clock, Logger } from '@nextcart/runtime';
import { UnrecoverableError, WaitingError } from 'bullmq';
import { type Apart, limitOwnTime } from './own-time.ts';
import type { JobOf, TrainingQueue } from './queue.ts';
import { createTeller } from './tell-progress.ts';
import { watchCancel } from './watch-cancel.ts';

export const STOPPING = 'the trainer stops';
export const CANCELLED = 'it was cancelled';

export interface HoldDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly queue: Pick<TrainingQueue, 'job'>;
  /** Of one attempt, trainings apart: each has the budget of its payload, the passes over a slice among them. */
  readonly limitMs: number;
}

/** Gives the job back where its trainer stops; fails it for good where trying again can't help. */
export const holdJob = async <N extends JobName>(
  { clock, log, queue, limitMs }: HoldDeps,
  { job, token, lost }: { readonly job: JobOf<N>; readonly token: string; readonly lost: AbortSignal },
  work: (
    signal: AbortSignal,
    tell: (progress: Jobs[N]['progress']) => void,
    apart: Apart,
  ) => Promise<Jobs[N]['result']>,
): Promise<Jobs[N]['result']> => {
  const cancel = watchCancel({ clock, log, read: () => queue.job<JobName>(job.id as string) });
  const teller = createTeller<Jobs[N]['progress']>({ clock, log, send: (progress) => job.updateProgress(progress) });
  const limit = limitOwnTime(clock, limitMs);
  const done = () => work(AbortSignal.any([lost, cancel.signal, limit.signal]), teller.tell, limit.apart);
  try {
    return await (job.name === 'train' ? limit.apart(done) : done());
  } catch (error) {
    if (cancel.signal.aborted) throw new UnrecoverableError(CANCELLED);
    if (lost.aborted && lost.reason === STOPPING) {
      await job.moveToWait(token);
      throw new WaitingError();
    }
    if (limit.signal.aborted)
      throw new Error(`its ${limitMs / 60_000} minutes are over (TRAINER_JOB_MINUTES), which an attempt may take`, {
        cause: error,
      });
    // sizes and data that don't fit, and artifacts that don't open, do not next time either
    if (error instanceof Error && FINAL.has(error.name)) throw new UnrecoverableError(error.message);
    throw error;
  } finally {
    limit.stop();
    await Promise.all([cancel.stop(), teller.stop()]);
  }
};

const FINAL = new Set(['RangeError', 'ArtifactError', 'UnrecoverableError']);

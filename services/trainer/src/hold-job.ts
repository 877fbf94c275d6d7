/** What every job that takes its time has around it: progress that is told, a cancel that is seen, an end by name. */
import type { JobName, Jobs } from '@nextcart/contracts';
import type { Clock, Logger } from '@nextcart/runtime';
import { UnrecoverableError, WaitingError } from 'bullmq';
import type { JobOf, TrainingQueue } from './queue.ts';
import { createTeller } from './tell-progress.ts';
import { watchCancel } from './watch-cancel.ts';

export const STOPPING = 'the trainer stops';

/** Gives the job back where its trainer stops; fails it for good where trying again can't help. */
export const holdJob = async <N extends 'train' | 'release' | 'needs'>(
  { clock, log, queue }: { readonly clock: Clock; readonly log: Logger; readonly queue: Pick<TrainingQueue, 'job'> },
  { job, token, lost }: { readonly job: JobOf<N>; readonly token: string; readonly lost: AbortSignal },
  work: (signal: AbortSignal, tell: (progress: Jobs[N]['progress']) => void) => Promise<Jobs[N]['result']>,
): Promise<Jobs[N]['result']> => {
  const cancel = watchCancel({ clock, log, read: () => queue.job<JobName>(job.id as string) });
  const teller = createTeller<Jobs[N]['progress']>({ clock, log, send: (progress) => job.updateProgress(progress) });
  try {
    return await work(AbortSignal.any([lost, cancel.signal]), teller.tell);
  } catch (error) {
    if (cancel.signal.aborted) throw new UnrecoverableError('it was cancelled');
    if (lost.aborted && lost.reason === STOPPING) {
      await job.moveToWait(token);
      throw new WaitingError();
    }
    // sizes and data that don't fit, and artifacts that don't open, do not next time either
    if (error instanceof Error && FINAL.has(error.name)) throw new UnrecoverableError(error.message);
    throw error;
  } finally {
    await Promise.all([cancel.stop(), teller.stop()]);
  }
};

const FINAL = new Set(['RangeError', 'ArtifactError', 'UnrecoverableError']);

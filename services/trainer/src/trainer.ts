/**
 * A trainer: takes jobs of the queue and does them. Invariants: a job's lock is renewed while it runs, because it runs
 * elsewhere; a job that lost its lock, was cancelled, or whose trainer stops is stopped, written down; a trainer that
 * stops gives its job back, one that dies has it taken from it.
 */
import { TRAINING_QUEUE, type TrainProgress, type TrainResult } from '@nextcart/contracts';
import type { Health, Metrics } from '@nextcart/runtime';
import { UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { QueueSettings, ScheduleSettings } from './env.ts';
import { createInstruments } from './instruments.ts';
import { planTraining } from './plan-training.ts';
import { type AnyJob, createTrainingQueue, type QueueConnection, type TrainJob } from './queue.ts';
import { runTraining, type TrainingDeps } from './run-training.ts';
import { createTeller } from './tell-progress.ts';
import { watchCancel } from './watch-cancel.ts';

export interface TrainerDeps extends TrainingDeps {
  readonly queue: QueueConnection;
  readonly topicId: () => Promise<string>;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly queueSettings: QueueSettings;
  readonly schedule: ScheduleSettings;
}

export interface Trainer {
  start(): void;
  /** Running trainings are written down and given back. */
  close(): Promise<void>;
}

/** Taken over so often, a job is what kills its trainers. */
const MAX_TAKEOVERS = 5;

const STOPPING = 'the trainer stops';

export const createTrainer = (deps: TrainerDeps): Trainer => {
  const { clock, log, health, waiting, queueSettings, schedule } = deps;
  const { lockMs, concurrency } = queueSettings;
  const instruments = createInstruments(deps.metrics);
  const queue = createTrainingQueue(deps.queue, queueSettings);
  health.add('work', () => {
    const reason = waiting.text();
    return { ok: reason === null, detail: reason === null ? 'nothing is waited for' : `waiting for ${reason}` };
  });

  const train = async (job: TrainJob, token: string, lost: AbortSignal): Promise<TrainResult> => {
    const jobId = job.id as string;
    const cancel = watchCancel({ clock, log, read: () => queue.job(jobId) });
    const teller = createTeller<TrainProgress>({ clock, log, send: (progress) => job.updateProgress(progress) });
    instruments.running.inc();
    try {
      return await runTraining(deps, {
        jobId,
        createdAt: job.timestamp,
        attempt: job.attemptsStarted,
        payload: job.data,
        signal: AbortSignal.any([lost, cancel.signal]),
        onProgress: (progress) => {
          instruments.speed.set(progress.eventsPerSecond);
          teller.tell(progress);
        },
      });
    } catch (error) {
      if (cancel.signal.aborted) throw new UnrecoverableError('it was cancelled');
      if (lost.aborted && lost.reason === STOPPING) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      // sizes and data that don't fit do not fit next time either
      if (error instanceof Error && error.name === 'RangeError') throw new UnrecoverableError(error.message);
      throw error;
    } finally {
      instruments.running.dec();
      instruments.speed.set(0);
      await Promise.all([cancel.stop(), teller.stop()]);
    }
  };

  const perform = async (job: AnyJob, token = '', signal = new AbortController().signal) => {
    switch (job.name) {
      case 'train':
        return train(job as unknown as TrainJob, token, signal);
      case 'plan-training':
        return planTraining({ ...deps, train: queue.trainIfIdle }, job.data);
      default:
        return job.name satisfies never;
    }
  };

  // the third parameter, asked for by its place, is what a lost lock and a stop come by
  const worker = new Worker(TRAINING_QUEUE, (job, token, signal) => perform(job as AnyJob, token, signal), {
    connection: deps.queue.redis,
    prefix: deps.queue.prefix,
    autorun: false,
    concurrency,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    maxStalledCount: MAX_TAKEOVERS,
  });
  worker.on('completed', (job) => {
    instruments.ended.inc({ job: job.name, end: 'completed' });
    log.info({ jobId: job.id, job: job.name, result: job.returnvalue as unknown }, 'job_completed');
  });
  worker.on('failed', (job, error) => {
    const end = job?.finishedOn === undefined ? 'retried' : 'failed';
    instruments.ended.inc({ job: job?.name ?? 'unknown', end });
    log.error({ err: error, jobId: job?.id, job: job?.name, attempts: job?.attemptsMade }, `job_${end}`);
  });
  worker.on('stalled', (jobId) => log.warn({ jobId }, 'job_taken_over'));
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const jobId of jobIds) worker.cancelJob(jobId, 'its lock was lost: another trainer goes on with it');
  });
  worker.on('error', (error) => log.warn({ err: error }, 'queue_error'));

  let running: Promise<void> | undefined;
  return {
    start: () => {
      running = worker.run().catch((error: unknown) => log.error({ err: error }, 'worker_ended'));
      queue
        .schedule(schedule.everyMs, schedule.plan)
        .catch((error: unknown) => log.error({ err: error }, 'schedule_failed'));
    },
    close: async () => {
      const closed = worker.close();
      worker.cancelAllJobs(STOPPING);
      await closed;
      await running;
      await queue.close();
    },
  };
};

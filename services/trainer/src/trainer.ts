/**
 * A trainer: takes jobs of the queue and does them. Invariants: a job's lock is renewed while it runs, because it runs
 * elsewhere; a job that lost its lock, was cancelled, or whose trainer stops is stopped, written down; a trainer that
 * stops gives its job back, one that dies has it taken from it.
 */
import {
  modelKinds,
  type ReleaseResult,
  type RepeatedRelease,
  TRAINING_QUEUE,
  type TrainResult,
  trainingIdOf,
} from '@nextcart/contracts';
import type { Health, Metrics } from '@nextcart/runtime';
import { UnrecoverableError, Worker } from 'bullmq';
import { cleanUp } from './clean-up.ts';
import { parseTrainingSettings } from './data-set/settings.ts';
import type { QueueSettings, ScheduleSettings } from './env.ts';
import { holdJob, STOPPING } from './hold-job.ts';
import { createInstruments } from './instruments.ts';
import { keepSchedules } from './keep-schedules.ts';
import { needsOfRelease } from './needs/needs-of-release.ts';
import { patientArtifacts } from './patient-artifacts.ts';
import { planCycle } from './plan-cycle.ts';
import { planRepeat } from './plan-repeat.ts';
import { type AnyJob, createTrainingQueue, type JobOf, type QueueConnection, type TrainJob } from './queue.ts';
import { refitSlice } from './refit-slice.ts';
import { evaluateServing } from './release/evaluate-serving.ts';
import { linearBaseline } from './release/fit-linear.ts';
import { makeRelease } from './release/make-release.ts';
import type { Refit } from './release/refit.ts';
import type { ReleaseLog } from './release/release-log.ts';
import { createReleaseWatch } from './release/watch-release.ts';
import { releasesInForce } from './release-in-force.ts';
import { runTraining, type TrainingDeps } from './run-training.ts';
import { schedulesOf } from './schedules.ts';
import { createFailureTeller } from './tell-failure.ts';
import { watchShop } from './watch-shop.ts';

export interface TrainerDeps extends TrainingDeps {
  readonly queue: QueueConnection;
  /** Of the events' topic. */
  readonly topicId: () => Promise<string>;
  readonly catalogTopicId: () => Promise<string>;
  readonly releases: ReleaseLog;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly queueSettings: QueueSettings;
  readonly schedule: ScheduleSettings;
  readonly keepReleases: number;
}

export interface Trainer {
  start(): void;
  /** Running trainings are written down and given back. */
  close(): Promise<void>;
}

/** Taken over so often, a job is what kills its trainers. */
const MAX_TAKEOVERS = 5;

export const createTrainer = (deps: TrainerDeps): Trainer => {
  const { clock, log, health, waiting, queueSettings, schedule, settings } = deps;
  const { lockMs, concurrency, limitMs } = queueSettings;
  const instruments = createInstruments(deps.metrics);
  const queue = createTrainingQueue(deps.queue, queueSettings);
  const hold = { clock, log, queue, limitMs };
  const closed = new AbortController();
  const stopping = new AbortController();
  const pace = { ...schedule, minEvents: settings.cycle.minEvents };
  const shop = watchShop({ ...deps, queue, pace, everyMs: schedule.watchEveryMs, plan: schedule.plan });
  health.add('work', () => {
    const reason = waiting.text();
    return { ok: reason === null, detail: reason === null ? 'nothing is waited for' : `waiting for ${reason}` };
  });

  /** For a job that ends with the signal. */
  const until = (signal: AbortSignal): TrainerDeps => ({ ...deps, artifacts: patientArtifacts(deps, signal) });
  const under = (like: RepeatedRelease | undefined, signal: AbortSignal): TrainerDeps =>
    like
      ? { ...until(signal), settings: parseTrainingSettings(like.settings, `release ${like.release}`) }
      : until(signal);

  const train = async (job: TrainJob, token: string, lost: AbortSignal): Promise<TrainResult> => {
    instruments.running.inc();
    try {
      return await holdJob<'train'>(hold, { job, token, lost }, (signal, tell) =>
        runTraining(under(job.data.like, signal), {
          ...{
            jobId: job.id as string,
            createdAt: job.timestamp,
            attempt: job.attemptsStarted,
            payload: job.data,
            signal,
          },
          onProgress: (progress) => {
            instruments.speed.set(progress.eventsPerSecond);
            tell(progress);
          },
        }),
      );
    } finally {
      instruments.running.dec();
      instruments.speed.set(0);
    }
  };

  const release = (job: JobOf<'release'>, token: string, lost: AbortSignal) =>
    holdJob<'release'>(hold, { job, token, lost }, async (signal, onProgress, apart) => {
      const jobId = job.id as string;
      const failures = Object.values(await job.getIgnoredChildrenFailures());
      if (failures.length > 0) {
        // what the others would learn, nobody would read
        for (const kind of modelKinds) await queue.cancel(trainingIdOf(jobId, kind));
        throw new UnrecoverableError(`a training of its cycle failed: ${failures.join('; ')}`);
      }
      // in one order: what is made of them is a function of the job
      const children = Object.values(await job.getChildrenValues<TrainResult>()).toSorted((a, b) =>
        a.kind < b.kind ? 1 : -1,
      );
      const own = under(job.data.like, signal);
      const pass = refitSlice(own, { createdAt: job.timestamp, attempt: job.attemptsStarted });
      const refit: Refit = (request) => apart(() => pass(request));
      const run = { jobId, createdAt: job.timestamp, payload: job.data, children, signal, onProgress };
      return makeRelease(
        { ...own, gate: own.settings.gate, linear: linearBaseline(own), refit, trainingsAtOnce: concurrency },
        run,
      );
    });

  const needs = (job: JobOf<'needs'>, token: string, lost: AbortSignal) =>
    holdJob<'needs'>(hold, { job, token, lost }, async (signal, onProgress) => {
      const [released] = Object.values(await job.getChildrenValues<ReleaseResult>());
      return needsOfRelease(until(signal), { payload: job.data, released, signal, onProgress });
    });

  const evaluate = (job: JobOf<'evaluate'>, token: string, lost: AbortSignal) =>
    holdJob<'evaluate'>(hold, { job, token, lost }, (signal, onProgress) =>
      evaluateServing(until(signal), { seed: job.data.seed, signal, onProgress }),
    );

  const plan = (job: JobOf<'plan-cycle'>, token: string, lost: AbortSignal) =>
    holdJob<'plan-cycle'>(hold, { job, token, lost }, (signal) => {
      const jobId = job.id as string;
      if ('like' in job.data) return planRepeat({ ...until(signal), queue }, jobId, job.data);
      const { line } = releasesInForce(deps, signal);
      const { firstEvents } = schedule;
      return planCycle({ ...until(signal), queue, line, shopTime: shop.shopTime, firstEvents }, jobId, job.data);
    });

  const clean = (job: JobOf<'clean-up'>, token: string, lost: AbortSignal) =>
    holdJob<'clean-up'>(hold, { job, token, lost }, (signal) =>
      cleanUp({ ...until(signal), ...releasesInForce(deps, signal), queue }),
    );

  const perform = async (job: AnyJob, token = '', lost = new AbortController().signal) => {
    // a worker that closes may still take one that it has just given back
    const signal = AbortSignal.any([lost, stopping.signal]);
    switch (job.name) {
      case 'train':
        return train(job as unknown as TrainJob, token, signal);
      case 'release':
        return release(job as unknown as JobOf<'release'>, token, signal);
      case 'needs':
        return needs(job as unknown as JobOf<'needs'>, token, signal);
      case 'evaluate':
        return evaluate(job as unknown as JobOf<'evaluate'>, token, signal);
      case 'plan-cycle':
        return plan(job as unknown as JobOf<'plan-cycle'>, token, signal);
      case 'clean-up':
        return clean(job as unknown as JobOf<'clean-up'>, token, signal);
      default:
        return job.name satisfies never;
    }
  };

  // the third parameter, asked for by its place, is what a lost lock comes by
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
  const failureTeller = createFailureTeller(deps);
  worker.on('failed', (job, error) => {
    const end = job?.finishedOn === undefined ? 'retried' : 'failed';
    instruments.ended.inc({ job: job?.name ?? 'unknown', end });
    log.error({ err: error, jobId: job?.id, job: job?.name, attempts: job?.attemptsMade }, `job_${end}`);
    if (job && end === 'failed') failureTeller.tell(job as AnyJob, error.message);
  });
  worker.on('stalled', (jobId) => log.warn({ jobId }, 'job_taken_over'));
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const jobId of jobIds) worker.cancelJob(jobId, 'its lock was lost: another trainer goes on with it');
  });
  worker.on('error', (error) => log.warn({ err: error }, 'queue_error'));

  const fares = createReleaseWatch({
    ...{ ...deps, bands: settings.gate.watch },
    onTakenBack: (band) => instruments.takenBack.inc({ reason: band }),
  });
  let running: Promise<void> | undefined;
  let watching: Promise<void> | undefined;
  return {
    start: () => {
      running = worker.run().catch((error: unknown) => log.error({ err: error }, 'worker_ended'));
      // not waited for at the end: where Redis is away it ends with the connection
      void keepSchedules({ queue, clock, log }, schedulesOf(schedule), closed.signal);
      shop.start();
      watching = fares.run(closed.signal);
    },
    close: async () => {
      closed.abort(new Error(STOPPING));
      const stopped = worker.close();
      stopping.abort(STOPPING);
      await Promise.all([stopped, shop.close()]);
      await Promise.all([running, watching, failureTeller.settled()]);
      await queue.close();
    },
  };
};

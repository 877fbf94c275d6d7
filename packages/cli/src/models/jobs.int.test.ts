import { isMarked, TRAINING_QUEUE, type TrainProgress } from '@nextcart/contracts';
import { systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import { FlowProducer, type Job, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { cancelTraining } from './cancel-training.ts';
import { listJobs } from './list-jobs.ts';
import { type OpenQueue, openTrainingQueue } from './open-training-queue.ts';
import { renderJobs } from './render-jobs.ts';
import { openCycleQueue } from './training-queue.ts';

const { redisUrl } = inject('urls');
let prefix: string;
let redis: Redis;
let queue: OpenQueue['queue'];
const closing: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  prefix = uniqueName('jobs');
  redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const opened = await openTrainingQueue(redisUrl, prefix);
  queue = opened.queue;
  closing.push(opened.close);
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  const keys = await redis.keys(`${prefix}:*`);
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
});

const progress: TrainProgress = {
  ...{ epoch: 0, epochs: 2, step: 40, stepsPerEpoch: 100, loss: 2.5, eventsPerSecond: 35_000, etaSeconds: 75 },
};
const HOUR_MS = 3_600_000;

/** Stands for a trainer: tells how it goes, and ends a job by the mark alone, when the test has looked at it. */
const trainer = (looked: Promise<void> = Promise.resolve()) => {
  let isClosed = false;
  const perform = async (job: Job) => {
    if (job.name === 'needs') return;
    if (job.name === 'release') {
      const failures = Object.values(await job.getIgnoredChildrenFailures());
      if (failures.length > 0) throw new UnrecoverableError(`a training of its cycle failed: ${failures.join('; ')}`);
    }
    if (job.id?.startsWith('broken')) throw new Error(`the process died\n  at step ${job.id.slice(-1)}`);
    await job.updateProgress({ ...progress });
    while (!isClosed && !isMarked(((await queue.getJob(job.id as string)) as Job<object>).data))
      await systemClock.sleep(20);
    await looked;
    throw new UnrecoverableError('it was cancelled');
  };
  const worker = new Worker(TRAINING_QUEUE, perform, { connection: redis, prefix, concurrency: 1 });
  closing.push(() => {
    isClosed = true;
    return worker.close();
  });
};

/** As trainers add one. */
const addCycle = async (digest: string) => {
  const flows = new FlowProducer({ connection: redis, prefix });
  closing.push(() => flows.close());
  const training = (kind: string) => ({
    ...{ name: 'train', queueName: TRAINING_QUEUE, data: { kind } },
    opts: { jobId: `${kind}-${digest}`, attempts: 3, continueParentOnFailure: true },
  });
  await flows.add({
    ...{ name: 'needs', queueName: TRAINING_QUEUE, data: {}, opts: { jobId: `needs-${digest}` } },
    children: [
      {
        ...{ name: 'release', queueName: TRAINING_QUEUE, data: {} },
        opts: { jobId: `release-${digest}`, attempts: 3, ignoreDependencyOnFailure: true },
        children: [training('recurrent'), training('autoencoder')],
      },
    ],
  });
};
const list = (failed = 20) => listJobs(queue, { failed });
const statesOf = async () => Object.fromEntries((await list()).map(({ id, state }) => [id, state]));
const until = (condition: () => Promise<void>) => vi.waitFor(condition, { timeout: 20_000, interval: 50 });

test('jobs are listed with their state and how they go, those that failed with their reason in a line', async () => {
  expect(renderJobs(await list()).join()).toContain('no job runs, waits or has failed');
  for (const jobId of ['broken-1', 'broken-2', 'broken-3']) await queue.add('train', { kind: 'recurrent' }, { jobId });
  const again = { jobId: 'broken-4', attempts: 2, backoff: HOUR_MS };
  await queue.add('train', { kind: 'recurrent' }, again);
  const startDate = systemClock.now() + HOUR_MS;
  await queue.upsertJobScheduler('clean-up', { every: HOUR_MS, startDate }, { name: 'clean-up', data: {} });
  await addCycle('3f2a');
  trainer();
  await until(async () =>
    expect((await list()).find(({ id }) => id === 'recurrent-3f2a')).toMatchObject({ state: 'active', progress }),
  );
  const lines = await list(2);
  expect(lines.map(({ state }) => state)).toEqual([
    ...['active', 'waiting', 'waiting-children', 'waiting-children', 'delayed', 'delayed', 'failed', 'failed'],
  ]);
  expect(lines.slice(-2).map(({ id }) => id)).toEqual(['broken-3', 'broken-2']);
  const told = renderJobs(lines).join('\n');
  expect(told).toMatch(
    /train recurrent +recurrent-3f2a +runs .* 0 of 3 +epoch 1 of 2, step 40 of 100, loss 2\.5000, 35,000 events\/s, 1 min 15 s left/,
  );
  expect(told).toMatch(/train autoencoder +autoencoder-3f2a +waits .* 0 of 3/);
  expect(told).toMatch(/release +release-3f2a +waits .* for the trainings of its cycle/);
  expect(told).toMatch(/needs +needs-3f2a +waits .* for the end of its cycle/);
  expect(told).toMatch(/broken-4 +later .* 1 of 2 +failed and is tried again: the process died at step 4/);
  expect(told).toContain(`by the clock at ${new Date(startDate).toISOString().slice(0, 10)}`);
  expect(told).toMatch(/broken-3 +failed .* 1 of 1 +the process died at step 3/);
  expect(told).not.toContain('broken-1');
});

describe('cancelled', () => {
  test('a cycle ends with its trainings, the one that runs and the one that waits', async () => {
    await addCycle('3f2a');
    await addCycle('77bb');
    const looked = Promise.withResolvers<void>();
    trainer(looked.promise);
    closing.push(async () => looked.resolve());
    await until(async () => expect(await statesOf()).toMatchObject({ 'recurrent-3f2a': 'active' }));
    expect(await cancelTraining(queue, 'release-3')).toEqual({ id: 'release-3f2a', how: 'marked', endsToo: null });
    expect(renderJobs(await list()).join('\n')).toMatch(/autoencoder-3f2a .* cancelled: a trainer ends it/);
    looked.resolve();
    await until(async () =>
      expect(await statesOf()).toMatchObject({
        ...{ 'recurrent-3f2a': 'failed', 'autoencoder-3f2a': 'failed', 'release-3f2a': 'failed' },
        ...{ 'recurrent-77bb': 'active', 'release-77bb': 'waiting-children' },
      }),
    );
    const reasons = Object.fromEntries((await list()).map(({ id, reason }) => [id, reason]));
    expect(reasons).toMatchObject({ 'recurrent-3f2a': 'it was cancelled', 'autoencoder-3f2a': 'it was cancelled' });
  });

  test('a training names the cycle that ends with it, and takes no mark to the others', async () => {
    await addCycle('3f2a');
    expect(await cancelTraining(queue, 'recurrent-3f2a')).toMatchObject({ how: 'marked', endsToo: 'release-3f2a' });
    expect((await list()).filter(({ cancelled }) => cancelled).map(({ id }) => id)).toEqual(['recurrent-3f2a']);
  });

  test('a plan that nobody has begun is gone, and may be asked for again', async () => {
    const cycles = await openCycleQueue(redisUrl, prefix);
    closing.push(() => cycles.close());
    const plan = { mode: 'warm', seed: 1, budget: { epochs: 2, seconds: 60 } } as const;
    const planId = await cycles.plan(plan);
    expect(await cancelTraining(queue, planId)).toEqual({ id: planId, how: 'removed', endsToo: null });
    expect(await list()).toEqual([]);
    const next = await cycles.plan(plan);
    expect(next).not.toBe(planId);
    expect(renderJobs(await list()).join('\n')).toMatch(new RegExp(`plan-cycle warm +${next} +waits`));
    const like = await cycles.plan({ like: 'release-3f2a' });
    expect(renderJobs(await list()).join('\n')).toMatch(new RegExp(`plan-cycle like release-3f2a +${like} +waits`));
  });
});

describe('what can not be cancelled says why', () => {
  test('ids that are unknown or may mean several', async () => {
    await expect(cancelTraining(queue, 'release-9')).rejects.toThrow(
      "no job 'release-9' (nextcart models jobs lists them)",
    );
    await addCycle('3f2a');
    await addCycle('3f77');
    await expect(cancelTraining(queue, 'release-3f')).rejects.toThrow(
      /'release-3f' may be any of release-3f\w+, release-3f\w+: write more of it/,
    );
    expect((await list()).some(({ cancelled }) => cancelled)).toBe(false);
  });

  test('a job that is over', async () => {
    await queue.add('train', { kind: 'recurrent' }, { jobId: 'broken-1' });
    trainer();
    await until(async () => expect(await statesOf()).toEqual({ 'broken-1': 'failed' }));
    await expect(cancelTraining(queue, 'broken-1')).rejects.toThrow(
      /broken-1 is over already: it failed \(the process died/,
    );
  });

  test('one that comes by the clock', async () => {
    const startDate = systemClock.now() + HOUR_MS;
    await queue.upsertJobScheduler(
      'warm',
      { every: HOUR_MS, startDate },
      { name: 'plan-cycle', data: { mode: 'warm' } },
    );
    const [line] = await list();
    await expect(cancelTraining(queue, line?.id ?? '')).rejects.toThrow(/comes by the clock: TRAINER_WARM_MINUTES/);
    expect(await list()).toHaveLength(1);
  });

  test('an evaluation that runs, and not the one that comes by the clock', async () => {
    const startDate = systemClock.now() + HOUR_MS;
    await queue.upsertJobScheduler('evaluate', { every: HOUR_MS, startDate }, { name: 'evaluate', data: { seed: 1 } });
    const [later] = await list();
    await expect(cancelTraining(queue, later?.id ?? '')).rejects.toThrow(
      /comes by the clock: .*TRAINER_EVALUATE_MINUTES/,
    );
    await queue.add('evaluate', { seed: 1 }, { jobId: 'evaluate-now' });
    trainer();
    await until(async () => expect(await statesOf()).toMatchObject({ 'evaluate-now': 'active' }));
    expect(await cancelTraining(queue, 'evaluate-now')).toEqual({ id: 'evaluate-now', how: 'marked', endsToo: null });
    await until(async () => expect(await statesOf()).toMatchObject({ 'evaluate-now': 'failed' }));
    expect(await statesOf()).toMatchObject({ [later?.id as string]: 'delayed' });
  });
});

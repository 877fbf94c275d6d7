import { type PlanPayload, type ReleaseResult, TRAINING_QUEUE, type TrainProgress } from '@nextcart/contracts';
import { systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import { FlowProducer, type Job, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { followCycle } from './follow-cycle.ts';
import { type CycleLook, type CycleQueue, openCycleQueue } from './training-queue.ts';

const { redisUrl } = inject('urls');
let prefix: string;
let redis: Redis;
let queue: CycleQueue;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  prefix = uniqueName('cycle');
  redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  queue = await openCycleQueue(redisUrl, prefix);
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await queue.close();
  const keys = await redis.keys(`${prefix}:*`);
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
});

const plan: PlanPayload = { mode: 'warm', seed: 1, budget: { epochs: 2, seconds: 60 } };
const progress: TrainProgress = {
  ...{ epoch: 0, epochs: 2, step: 40, stepsPerEpoch: 100, loss: 2.5, eventsPerSecond: 35_000, etaSeconds: 75 },
};
const result: ReleaseResult = { release: 'r1', verdict: 'reject', hash: null, reasons: ['does not beat trending'] };

/** Stands for a trainer. */
const trainer = (perform: (job: Job) => Promise<unknown>) => {
  const worker = new Worker(TRAINING_QUEUE, perform, { connection: redis, prefix, concurrency: 1 });
  closing.push(() => worker.close());
};
const follow = (planId: string, told: string[] = []) =>
  followCycle(
    { queue, clock: systemClock, signal: AbortSignal.timeout(20_000), tell: (line) => void told.push(line) },
    planId,
  );

test('a cycle is followed from the plan over its trainings to the words of the gate', async () => {
  const flows = new FlowProducer({ connection: redis, prefix });
  closing.push(() => flows.close());
  const looks: (CycleLook | undefined)[] = [];
  trainer(async (job) => {
    if (job.name === 'plan-cycle') {
      expect(job.data).toEqual(plan);
      const child = { name: 'train', queueName: TRAINING_QUEUE, data: { kind: 'recurrent' } };
      await flows.add({
        ...{ name: 'release', queueName: TRAINING_QUEUE, opts: { jobId: 'release-1' } },
        children: [child],
      });
      return { jobId: 'release-1', why: null };
    }
    await job.updateProgress(
      job.name === 'train' ? { ...progress } : { stage: 'measure', done: 30, total: 120, etaSeconds: 4 },
    );
    looks.push(await queue.current());
    await systemClock.sleep(1000);
    return job.name === 'release' ? result : {};
  });
  const told: string[] = [];
  expect(await queue.current()).toBeUndefined();
  expect(await follow(await queue.plan(plan), told)).toEqual(result);
  expect(told).toContain(
    'release-1: recurrent epoch 1 of 2, step 40 of 100, loss 2.5000, 35,000 events/s, 1 min 15 s left',
  );
  expect(told).toContain('release-1: measured 25 %, 4 s left');
  // whoever did not ask for it can look at it too, until it has ended
  expect(looks).toMatchObject([
    { trainings: [{ kind: 'recurrent', progress }], release: null },
    { trainings: [], release: { stage: 'measure' } },
  ]);
  expect(await queue.current()).toBeUndefined();
});

test('a plan that came to nothing and one that failed say why', async () => {
  trainer(async (job) => {
    if ((job.data as PlanPayload).mode === 'full') throw new Error('the disk is full');
    return { jobId: null, why: '12 positions are new, 1000 are wanted' };
  });
  await expect(follow(await queue.plan(plan))).rejects.toThrow(
    'no cycle was made: 12 positions are new, 1000 are wanted',
  );
  await expect(follow(await queue.plan({ ...plan, mode: 'full' }))).rejects.toThrow(
    /plan-cycle .* failed: the disk is full/,
  );
});

test('asked for twice while nobody has taken it, it is one; that nobody takes it is told', async () => {
  const planId = await queue.plan(plan);
  expect(await queue.plan(plan)).toBe(planId);
  expect(await queue.plan({ ...plan, mode: 'full' })).not.toBe(planId);
  const like = await queue.plan({ like: 'release-1' });
  expect(await queue.plan({ like: 'release-1' })).toBe(like);
  expect(await queue.plan({ like: 'release-2' })).not.toBe(like);
  const told: string[] = [];
  const stopped = new AbortController();
  const following = followCycle(
    {
      queue,
      clock: systemClock,
      signal: stopped.signal,
      tell: (line) => (told.push(line), stopped.abort(new Error('seen'))),
    },
    planId,
  );
  await expect(following).rejects.toThrow('seen');
  expect(told).toEqual(['no trainer has taken the job yet: does one run? (see: nextcart doctor)']);
});

test('a Redis that does not answer is told with its cure', async () => {
  await expect(openCycleQueue('redis://127.0.0.1:1', prefix)).rejects.toThrow(
    /Redis at 127\.0\.0\.1:1 does not answer: .*Start the local stack/,
  );
});

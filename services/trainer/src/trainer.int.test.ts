import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact } from '@nextcart/models';
import { systemClock } from '@nextcart/runtime';
import { createDoor } from '@nextcart/runtime/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { epochOf, failureOf, jobOf, openShop, payloadOf, resultOf, type Shop, until } from './trainer.fixture.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());
afterEach(() => shop.killTrainers());

test('a job runs to its end: progress on the way, an artifact that opens, nothing else left', async () => {
  const { queue } = shop;
  const trainer = await shop.trainer();
  const jobId = await queue.train(payloadOf(30));
  await until('progress is told', async () => (await epochOf(queue, jobId)) >= 0);
  expect((await jobOf(queue, jobId)).progress).toMatchObject({
    epochs: 30,
    loss: expect.any(Number) as number,
    eventsPerSecond: expect.any(Number) as number,
    etaSeconds: expect.any(Number) as number,
  });
  const result = await resultOf(queue, jobId);
  expect(result).toMatchObject({
    kind: 'recurrent',
    trained: jobId,
    events: 1440,
    subjects: 120,
    items: 30,
    epochs: 30,
  });
  expect(result.loss).toBeLessThan(Math.log(30));
  const artifact = await shop.trained(jobId);
  expect(artifact.hash).toBe(result.hash);
  expect(artifact.manifest.trainedOn).toHaveLength(2);
  expect(await queue.train(payloadOf(30))).toBe(jobId);
  await trainer.kill();
  expect(trainer.child.exitCode).toBe(0);
});

/** Of one undisturbed training, by the job that `epochs` and `seconds` make. */
const weightsOf = async (jobId: string) => (await shop.trained(jobId)).models.recurrent?.weights;
const EPOCHS = 80;
/** The same training as another job: what differs is how long it may take. */
const sameTraining = (seconds: number) => payloadOf(EPOCHS, { budget: { epochs: EPOCHS, seconds } });

/** What an undisturbed training comes to. */
let whole: Awaited<ReturnType<typeof weightsOf>>;
let wholeAutoencoder: Artifact['models']['autoencoder'];
describe('disturbed trainings come to the weights of one that was not', () => {
  beforeAll(async () => {
    const trainer = await shop.trainer();
    const jobId = await shop.queue.train(sameTraining(100));
    await resultOf(shop.queue, jobId);
    whole = await weightsOf(jobId);
    await trainer.kill();
  });

  test('a trainer that is killed loses its job to another, which goes on where it was', async () => {
    const { queue } = shop;
    const [first, jobId] = [await shop.trainer(), await queue.train(sameTraining(101))];
    await until('it learns', async () => (await epochOf(queue, jobId)) >= 5);
    await first.kill('SIGKILL');
    const reached = await epochOf(queue, jobId);
    const second = await shop.trainer();
    await until('it is taken over', () => second.log().includes('"resumed":true'));
    await until('it goes on', async () => (await epochOf(queue, jobId)) !== reached);
    expect(await epochOf(queue, jobId)).toBeGreaterThanOrEqual(reached);
    await resultOf(queue, jobId);
    expect((await jobOf(queue, jobId)).attemptsStarted).toBe(2);
    expect(await weightsOf(jobId)).toEqual(whole);
    await second.kill();
  });

  test('a trainer that is frozen loses its job too, and when it thaws it spoils nothing', async () => {
    const { queue } = shop;
    const [first, jobId] = [await shop.trainer(), await queue.train(sameTraining(105))];
    await until('it learns', async () => (await epochOf(queue, jobId)) >= 5);
    first.child.kill('SIGSTOP');
    const second = await shop.trainer();
    const result = await resultOf(queue, jobId);
    expect(second.log()).toContain('"resumed":true');
    first.child.kill('SIGCONT');
    await until('it knows', () => first.log().includes('queue_error'));
    expect(await resultOf(queue, jobId)).toEqual(result);
    expect(await weightsOf(jobId)).toEqual(whole);
    await second.kill();
    const next = await queue.train(payloadOf(2));
    expect(await resultOf(queue, next)).toMatchObject({ trained: next });
  });

  test('a training process that is killed is tried again, from what it wrote down', async () => {
    const { queue } = shop;
    const [trainer, jobId] = [await shop.trainer(), await queue.train(sameTraining(102))];
    await until('it learns', async () => (await epochOf(queue, jobId)) >= 5);
    process.kill(await trainer.training(), 'SIGKILL');
    await resultOf(queue, jobId);
    expect(trainer.log()).toContain('the training process was killed by SIGKILL');
    expect(trainer.log()).toContain('"resumed":true');
    expect((await jobOf(queue, jobId)).attemptsMade).toBe(2);
    expect(await weightsOf(jobId)).toEqual(whole);
    await trainer.kill();
  });

  test('a trainer that is told to stop gives its job back at once, and that is no failure', async () => {
    const { queue } = shop;
    const [first, second] = [
      await shop.trainer({ TRAINER_LOCK_S: '30' }),
      await shop.trainer({ TRAINER_LOCK_S: '30' }),
    ];
    const jobId = await queue.train(sameTraining(103));
    await until('it learns', async () => (await epochOf(queue, jobId)) >= 5);
    const [busy, idle] = first.log().includes('training_started') ? [first, second] : [second, first];
    await busy.kill('SIGTERM');
    expect(busy.child.exitCode).toBe(0);
    await resultOf(queue, jobId);
    expect(idle.log()).toContain('"resumed":true');
    expect((await jobOf(queue, jobId)).attemptsMade).toBe(1);
    expect(await weightsOf(jobId)).toEqual(whole);
    await idle.kill();
  });

  test('Redis away for ten seconds: it learns on, health says what is waited for, and its end is told later', async () => {
    const door = await createDoor(shop.redisUrl);
    const { queue } = shop;
    const trainer = await shop.trainer({ TRAINER_LOCK_S: '30', REDIS_URL: door.url });
    const jobId = await queue.train(sameTraining(104));
    await until('it learns', async () => (await epochOf(queue, jobId)) >= 0);
    await door.shut();
    await until('health is red', async () => !(await trainer.health()).ok);
    expect((await trainer.health()).checks['redis']?.detail).toMatch(/^waiting for Redis at 127\.0\.0\.1:\d+: /);
    await systemClock.sleep(10_000);
    expect((await jobOf(queue, jobId)).finishedOn).toBeUndefined();
    await door.open();
    await resultOf(queue, jobId);
    expect((await jobOf(queue, jobId)).attemptsStarted).toBe(1);
    expect(await weightsOf(jobId)).toEqual(whole);
    expect((await trainer.health()).ok).toBe(true);
    await trainer.kill();
    await door.shut();
  });
});

const sameAutoencoder = (seconds: number) => payloadOf(40, { kind: 'autoencoder', budget: { epochs: 40, seconds } });

test('an autoencoder whose trainer is killed is gone on with, to the weights of one that was not disturbed', async () => {
  const { queue } = shop;
  const first = await shop.trainer();
  const undisturbed = await queue.train(sameAutoencoder(100));
  await resultOf(queue, undisturbed);
  wholeAutoencoder = (await shop.trained(undisturbed)).models.autoencoder;
  const jobId = await queue.train(sameAutoencoder(101));
  const written = async () => (await readdir(join(shop.dataDir, 'jobs', jobId)).catch(() => [])).join();
  await until('it is written down', async () => /\.checkpoint(,|$)/.test(await written()));
  await first.kill('SIGKILL');
  const second = await shop.trainer();
  await resultOf(queue, jobId);
  expect(second.log()).toContain('"resumed":true');
  expect((await shop.trained(jobId)).models.autoencoder).toEqual(wholeAutoencoder);
  await second.kill();
});

test('two trainings at a time in one trainer come to the weights that each has alone', async () => {
  const { queue } = shop;
  const trainer = await shop.trainer({ TRAINER_CONCURRENCY: '2' });
  const ids = [await queue.train(sameTraining(106)), await queue.train(sameAutoencoder(102))] as const;
  for (const jobId of ids) await resultOf(queue, jobId);
  const jobs = await Promise.all(ids.map((jobId) => jobOf(queue, jobId)));
  const lastBegin = Math.max(...jobs.map(({ processedOn = Infinity }) => processedOn));
  expect(lastBegin).toBeLessThan(Math.min(...jobs.map(({ finishedOn = 0 }) => finishedOn)));
  expect(await weightsOf(ids[0])).toEqual(whole);
  expect((await shop.trained(ids[1])).models.autoencoder).toEqual(wholeAutoencoder);
  await trainer.kill();
});

test('two trainers share the queue: each job is done once, by either', async () => {
  const { queue } = shop;
  const trainers = [await shop.trainer(), await shop.trainer()];
  const jobs = await Promise.all([1, 2, 3, 4].map((seed) => queue.train(payloadOf(20, { seed }))));
  for (const jobId of jobs) expect(await resultOf(queue, jobId)).toMatchObject({ trained: jobId, epochs: 20 });
  const started = trainers.map((trainer) => trainer.log().split('training_started').length - 1);
  expect(started[0]).toBeGreaterThan(0);
  expect(started[1]).toBeGreaterThan(0);
  expect(started.reduce((sum, count) => sum + count, 0)).toBe(4);
  await Promise.all(trainers.map((trainer) => trainer.kill()));
});

test('cancelled while it runs or waits, a job ends at once with that reason and is not tried again', async () => {
  const { queue } = shop;
  const trainer = await shop.trainer();
  const running = await queue.train(payloadOf(100_000));
  const waiting = await queue.train(payloadOf(100_001));
  await until('it learns', async () => (await epochOf(queue, running)) >= 0);
  expect(await queue.cancel(waiting)).toBe(true);
  expect(await queue.cancel(running)).toBe(true);
  await expect(resultOf(queue, running)).rejects.toThrow('it was cancelled');
  await expect(resultOf(queue, waiting)).rejects.toThrow('it was cancelled');
  expect((await jobOf(queue, running)).attemptsMade).toBe(1);
  expect(await queue.cancel(running)).toBe(false);
  for (const jobId of [running, waiting])
    expect(await failureOf(shop.store, jobId)).toMatchObject([{ cancelled: true, reason: 'it was cancelled' }]);
  await trainer.kill();
});

test('a job that fails is tried three times, going on each time, and stays with its reason', async () => {
  const { queue } = shop;
  const trainer = await shop.trainer();
  const jobId = await queue.train(payloadOf(100_000, { budget: { epochs: 100_000, seconds: 1.5 } }));
  const nothing = await queue.train(payloadOf(1, { ranges: [] }));
  await expect(resultOf(queue, jobId)).rejects.toThrow('its budget of 1.5 s is spent (TRAINER_BUDGET_MINUTES)');
  const job = await jobOf(queue, jobId);
  expect(job.attemptsMade).toBe(3);
  expect(trainer.log().split('"resumed":true')).toHaveLength(3);
  await expect(resultOf(queue, nothing)).rejects.toThrow('no event has a target');
  expect((await jobOf(queue, nothing)).attemptsMade).toBe(1);
  await trainer.kill();
});

test('a model that memory has no room for fails before it begins, with the figures and the cure', async () => {
  const { queue } = shop;
  await shop.trainer({ TRAINER_MEMORY_GIB: '0.01' });
  const jobId = await queue.train(payloadOf(3));
  await expect(resultOf(queue, jobId)).rejects.toThrow(/takes about .* 11 MB are there: drop items/);
  expect((await jobOf(queue, jobId)).attemptsMade).toBe(1);
});

test('slices that the store has not read yet are waited for, which health tells, and can be cancelled', async () => {
  const { queue } = shop;
  const trainer = await shop.trainer();
  const jobId = await queue.train(payloadOf(1, { ranges: [{ partition: 0, from: 0, to: 5000 }] }));
  const waited = 'the store has partition 0 up to 720, 5000 is wanted';
  await until('it says what it waits for', async () => {
    const { ok, checks } = await trainer.health();
    return !ok && checks['work']?.detail.includes(waited) === true;
  });
  await queue.cancel(jobId);
  await expect(resultOf(queue, jobId)).rejects.toThrow('it was cancelled');
  await trainer.kill();
});

import { createLogger, systemClock } from '@nextcart/runtime';
import { expect, test } from 'vitest';
import type { TrainJob } from './queue.ts';
import { watchCancel } from './watch-cancel.ts';

const deps = { clock: systemClock, log: createLogger('test', 'fatal') };

test('a Redis that does not answer cancels nothing, and keeps no job from its end', async () => {
  const hanging = watchCancel({ ...deps, read: () => new Promise<TrainJob>(() => {}) });
  const failing = watchCancel({ ...deps, read: () => Promise.reject(new Error('away')) });
  await systemClock.sleep(50);
  const before = systemClock.monotonic();
  for (const watch of [hanging, failing]) {
    await watch.stop();
    expect(watch.signal.aborted).toBe(false);
  }
  expect(systemClock.monotonic() - before).toBeLessThan(200);
});

test('a job that is gone from the queue is cancelled', async () => {
  const watch = watchCancel({ ...deps, read: () => Promise.resolve(undefined) });
  await systemClock.sleep(50);
  expect(watch.signal.aborted).toBe(true);
  await watch.stop();
});

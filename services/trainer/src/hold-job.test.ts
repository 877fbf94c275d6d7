import { setTimeout } from 'node:timers/promises';
import type { JobName } from '@nextcart/contracts';
import { createLogger, systemClock } from '@nextcart/runtime';
import { expect, test } from 'vitest';
import { holdJob } from './hold-job.ts';
import type { JobOf } from './queue.ts';

const [log, clock] = [createLogger('test', 'silent'), systemClock];

/** Of a job that ends when it is told to, as all do, or after so many ms. */
const held = <N extends JobName>(name: N, limitMs: number, ms: number) => {
  const job = { id: '1', name, data: {}, updateProgress: async () => {} } as unknown as JobOf<N>;
  const queue = { job: async () => job } as never;
  const lost = new AbortController().signal;
  return holdJob<N>({ clock, log, queue, limitMs }, { job, token: '', lost }, async (signal) => {
    await setTimeout(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
    return 'done' as never;
  });
};

test.each<JobName>(['release', 'needs', 'evaluate', 'plan-cycle', 'clean-up'])(
  '%s: ends when its time is over, and the reason names the limit and its setting; it may be tried again',
  async (name) => {
    await expect(held(name, 60, 60_000)).rejects.toMatchObject({
      name: 'Error',
      message: 'its 0.001 minutes are over (TRAINER_JOB_MINUTES), which an attempt may take',
    });
    expect(await held(name, 60_000, 1)).toBe('done');
  },
);

test('a training has the budget of its payload, and no other', async () => {
  expect(await held('train', 10, 200)).toBe('done');
});

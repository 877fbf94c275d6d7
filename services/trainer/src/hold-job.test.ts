import { setTimeout } from 'node:timers/promises';
import type { JobName } from '@nextcart/contracts';
import { createLogger, systemClock } from '@nextcart/runtime';
import { expect, test } from 'vitest';
import { holdJob } from './hold-job.ts';
import type { Apart } from './own-time.ts';
import type { JobOf } from './queue.ts';

const [log, clock] = [createLogger('test', 'silent'), systemClock];

/** Of a job that ends when it is told to, as all do, or after so many ms. `first`: what it does before. */
const held = <N extends JobName>(
  name: N,
  limitMs: number,
  ms: number,
  first: (apart: Apart) => Promise<void> = async () => {},
) => {
  const job = { id: '1', name, data: {}, updateProgress: async () => {} } as unknown as JobOf<N>;
  const queue = { job: async () => job } as never;
  const lost = new AbortController().signal;
  return holdJob<N>({ clock, log, queue, limitMs }, { job, token: '', lost }, async (signal, _, apart) => {
    await first(apart);
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

test('the end of a cycle: what runs apart has no part in the limit, what comes after it has', async () => {
  const ended = (afterMs: number) => held('release', 60, afterMs, (apart) => apart(() => setTimeout(150, undefined)));
  expect(await ended(1)).toBe('done');
  await expect(ended(60_000)).rejects.toThrow('its 0.001 minutes are over (TRAINER_JOB_MINUTES)');
});

test('a training has the budget of its payload, and no other', async () => {
  expect(await held('train', 10, 200)).toBe('done');
});

import { expect, test } from 'vitest';
import { limitOwnTime } from './own-time.ts';

/** A clock that goes on when it is told to. */
const openClock = () => {
  let now = 0;
  const sleeping = new Map<() => void, number>();
  return {
    now: () => now,
    monotonic: () => now,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        sleeping.set(resolve, now + ms);
        signal?.addEventListener('abort', () => {
          sleeping.delete(resolve);
          reject(new Error('aborted'));
        });
      }),
    pass: async (ms: number) => {
      now += ms;
      for (const [wake, at] of sleeping) if (at <= now) wake();
      await new Promise(setImmediate);
    },
    sleepers: () => sleeping.size,
  };
};

test('time is counted before and after what runs apart, also where two do at once', async () => {
  const clock = openClock();
  const limit = limitOwnTime(clock, 60);
  await clock.pass(40);
  const ends = [Promise.withResolvers<string>(), Promise.withResolvers<string>()] as const;
  const results = ends.map(({ promise }) => limit.apart(() => promise));
  await clock.pass(1000);
  ends[0].resolve('one');
  await clock.pass(1000);
  ends[1].reject(new Error('two failed'));
  expect(await results[0]).toBe('one');
  await expect(results[1]).rejects.toThrow('two failed');
  await clock.pass(19);
  expect(limit.signal.aborted).toBe(false);
  await clock.pass(1);
  expect(limit.signal.aborted).toBe(true);
});

test('one that is stopped leaves nothing that waits', async () => {
  const clock = openClock();
  const limit = limitOwnTime(clock, 60);
  limit.stop();
  expect(clock.sleepers()).toBe(0);
  await clock.pass(1000);
  expect(limit.signal.aborted).toBe(false);
});

import { expect, test } from 'vitest';
import type { Clock } from './clock.ts';
import { createLogger } from './logger.ts';
import { createWaiting, untilDone } from './waiting.ts';

const away = (): Error => Object.assign(new Error('the store is away'), { retry: true });

/** A clock that does not wait and keeps how long it should have. */
const ground = () => {
  const waits: number[] = [];
  const clock: Clock = { now: () => 0, monotonic: () => 0, sleep: async (ms) => void waits.push(ms) };
  const waiting = createWaiting();
  return { waits, waiting, deps: { clock, waiting, log: createLogger('test', 'silent') } };
};

test('what says that it may be tried again is, ever more slowly, and health tells it until it is over', async () => {
  const { waits, waiting, deps } = ground();
  const told: (string | null)[] = [];
  const answer = await untilDone(deps, 'rows', new AbortController().signal, async () => {
    told.push(waiting.text());
    if (told.length <= 7) throw away();
    return 'done';
  });
  expect(answer).toBe('done');
  expect(waits).toEqual([100, 200, 400, 800, 1600, 2000, 2000]);
  expect(told.slice(0, 2)).toEqual([null, 'rows: the store is away']);
  expect(waiting.text()).toBeNull();
});

test('any other error is thrown at once, and no wait is left behind', async () => {
  const { waits, waiting, deps } = ground();
  const refused = Object.assign(new Error('refused'), { retry: false });
  for (const error of [refused, new TypeError('ours')])
    await expect(untilDone(deps, 'rows', new AbortController().signal, () => Promise.reject(error))).rejects.toBe(
      error,
    );
  expect(waits).toEqual([]);
  expect(waiting.text()).toBeNull();
});

test('the signal ends a wait with its own reason, also where the attempt fails because of it', async () => {
  const { waiting, deps } = ground();
  const abort = new AbortController();
  const reason = new Error('closed');
  const attempt = async (): Promise<never> => {
    abort.abort(reason);
    throw away();
  };
  await expect(untilDone(deps, 'rows', abort.signal, attempt)).rejects.toBe(reason);
  expect(waiting.text()).toBeNull();
});

test('several waits are told together, and each ends by itself', () => {
  const waiting = createWaiting();
  waiting.set('a', 'x');
  waiting.set('b', 'y');
  expect(waiting.text()).toBe('a: x; b: y');
  waiting.clear('a');
  expect(waiting.text()).toBe('b: y');
});

import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';
import { uniqueName } from './testing.ts';

test('the monotonic clock measures a sleep, and a signal ends it with its reason', async () => {
  const from = systemClock.monotonic();
  await systemClock.sleep(20);
  expect(systemClock.monotonic() - from).toBeGreaterThan(15);
  const abort = new AbortController();
  const sleeping = systemClock.sleep(60_000, abort.signal);
  abort.abort(new Error('stop'));
  await expect(sleeping).rejects.toThrow(/abort/);
  expect(systemClock.now()).toBeGreaterThan(Date.UTC(2024, 0, 1));
});

test('unique names are unlike each other and fit for topics, groups and databases', () => {
  const names = Array.from({ length: 100 }, () => uniqueName('test'));
  expect(new Set(names).size).toBe(100);
  for (const name of names) expect(name).toMatch(/^test_\w+$/);
});

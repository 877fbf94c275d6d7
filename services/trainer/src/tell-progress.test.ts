import { createLogger, systemClock } from '@nextcart/runtime';
import { expect, test } from 'vitest';
import { createTeller } from './tell-progress.ts';

const deps = { clock: systemClock, log: createLogger('test', 'fatal') };

test('of what comes faster than it is sent, the newest is sent; an error does not end the telling', async () => {
  const sent: number[] = [];
  const send = async (value: number) => {
    sent.push(value);
    if (value === 1) throw new Error('away');
  };
  const teller = createTeller<number>({ ...deps, send });
  for (const value of [1, 2, 3, 4]) teller.tell(value);
  await systemClock.sleep(700);
  expect(sent).toEqual([1, 4]);
  await teller.stop();
  teller.tell(5);
  await systemClock.sleep(10);
  expect(sent).toEqual([1, 4]);
});

test('a Redis that does not answer keeps no job from its end', async () => {
  const teller = createTeller<number>({ ...deps, send: () => new Promise(() => {}) });
  teller.tell(1);
  const before = systemClock.monotonic();
  await teller.stop();
  expect(systemClock.monotonic() - before).toBeLessThan(200);
});

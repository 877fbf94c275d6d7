import { PassThrough } from 'node:stream';
import { systemClock } from '@nextcart/runtime';
import { expect, test } from 'vitest';
import { createProgress } from './progress.ts';

test('progress tells count, share, the rate of this run and the time left, every five seconds where nobody looks', () => {
  let now = 0;
  const out = new PassThrough();
  const progress = createProgress({
    ...{ what: 'set', total: 10_000, from: 4000 },
    clock: { ...systemClock, monotonic: () => now },
    out: out as unknown as NodeJS.WriteStream,
  });
  for (const [at, done] of [
    [2000, 4400],
    [4000, 4800],
    [7000, 5400],
  ] as const) {
    now = at;
    progress.update(done);
  }
  now = 30_000;
  progress.end(10_000);
  expect(String(out.read()).split('\n')).toEqual([
    'set: 4,400 of 10,000 (44.0 %), 200/s, 28 s left',
    'set: 5,400 of 10,000 (54.0 %), 200/s, 23 s left',
    'set: 10,000 of 10,000 (100.0 %), 200/s',
    '',
  ]);
});

import { PassThrough } from 'node:stream';
import { systemClock } from '@nextcart/runtime';
import { expect, test } from 'vitest';
import { createLateProgress, createPreparationLine, createProgress } from './progress.ts';

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
    'set: 4,400 of 10,000 (44.0 %), 200/s, 28 s left, went on after 4,000',
    'set: 5,400 of 10,000 (54.0 %), 200/s, 23 s left, went on after 4,000',
    'set: 10,000 of 10,000 (100.0 %), 200/s, went on after 4,000',
    '',
  ]);
});

const sink = (terminal?: { columns: number }) => {
  const out = Object.assign(
    new PassThrough(),
    terminal && { isTTY: true, ...terminal },
  ) as unknown as NodeJS.WriteStream;
  let now = 0;
  return {
    out,
    clock: { ...systemClock, monotonic: () => now },
    at: (ms: number) => {
      now = ms;
    },
    written: () => String(out.read() ?? ''),
  };
};

test('a slow replay tells fractions of an event a second, and how long nothing more is due', () => {
  const { out, clock, at, written } = sink();
  const progress = createProgress({ what: 'set', total: 1000, from: 0, clock, out });
  at(80_000);
  progress.update(2, 264_000);
  at(90_000);
  progress.update(90, 900);
  expect(written()).toBe(
    'set: 2 of 1,000 (0.2 %), 0.025/s, 11 h 5 min left, next in 4 min 24 s\n' +
      'set: 90 of 1,000 (9.0 %), 1/s, 15 min 10 s left\n',
  );
});

test('a late progress begins with its first update, and says no end where nothing began', () => {
  const { out, clock, at, written } = sink();
  const create = () => createLateProgress(() => createProgress({ what: 'set', total: 100, from: 0, clock, out }));
  const nothing = create();
  nothing.end(0);
  expect(written()).toBe('');
  const progress = create();
  at(60_000);
  progress.update(0);
  at(61_000);
  progress.end(50);
  expect(written()).toBe('set: 0 of 100 (0.0 %), 0/s\nset: 50 of 100 (50.0 %), 50/s, 1 s left\n');
});

test('a preparation tells its share and its own time left every five seconds, and nothing where it is shorter', () => {
  const { out, clock, at, written } = sink();
  const line = createPreparationLine({ what: 'set', clock, out });
  const tell = (what: string, done: number) => line.tell({ what, done, total: 1000 });
  tell('reading', 0);
  at(4000);
  tell('reading', 900);
  line.clear();
  expect(written()).toBe('');
  tell('reading', 0);
  at(9000);
  tell('reading', 250);
  tell('sorting', 0);
  at(14_000);
  tell('sorting', 0);
  at(19_000);
  tell('sorting', 500);
  line.clear();
  expect(written()).toBe('set: reading, 25.0 %, 15 s left\nset: sorting, 0.0 %\nset: sorting, 50.0 %, 10 s left\n');
});

test('a preparation that gives records on its way is told all the same', () => {
  const { out, clock, at, written } = sink();
  const line = createPreparationLine({ what: 'set', clock, out });
  for (let second = 0; second <= 10; second += 1) {
    at(1000 * second);
    line.tell({ what: 'reading', done: second, total: 20 });
    line.clear();
  }
  expect(written()).toBe('set: reading, 25.0 %, 15 s left\nset: reading, 50.0 %, 10 s left\n');
});

test('on a terminal lines are redrawn in place and cut at its edge, and a preparation goes away', () => {
  const { out, clock, at, written } = sink({ columns: 24 });
  const line = createPreparationLine({ what: 'set', clock, out });
  line.tell({ what: 'reading', done: 0, total: 4 });
  at(1000);
  line.tell({ what: 'reading', done: 1, total: 4 });
  line.clear();
  const progress = createProgress({ what: 'set', total: 100, from: 0, clock, out });
  progress.update(5);
  progress.end(100);
  expect(written().split('\r')).toEqual([
    '',
    'set: reading, 25.0 %, 3\u001b[K',
    '\u001b[K',
    'set: 5 of 100 (5.0 %), \u001b[K',
    'set: 100 of 100 (100.0 \u001b[K\n',
  ]);
});

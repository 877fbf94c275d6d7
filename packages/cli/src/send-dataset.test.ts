import type { Dataset, DatasetRecord, Tell } from '@nextcart/datasets';
import { type Clock, systemClock } from '@nextcart/runtime';
import { expect, test } from 'vitest';
import { parseSpeed, sendCatalog, sendEvents } from './send-dataset.ts';

const record = (topic: 'events' | 'catalog'): DatasetRecord => ({ topic, key: 'k', clock: 0, raw: Buffer.from('r') });
const dataset = (count: number): Dataset => ({
  name: 'test',
  total: count,
  catalog: async function* () {
    for (let at = 0; at < count; at += 1) yield record('catalog');
  },
  events: async function* (from) {
    for (let at = from; at < count; at += 1) yield record('events');
  },
});

test('a stop in the middle of a send counts what the broker acknowledged and hands over nothing more', async () => {
  for (const what of ['events', 'catalog'] as const) {
    const abort = new AbortController();
    const sent: number[] = [];
    const sender = {
      // as a producer that the stop closes: it acknowledges what it has, and refuses more
      send: async (records: readonly DatasetRecord[]) => {
        if (abort.signal.aborted) throw new Error('the producer is closed');
        sent.push(records.length);
        if (sent.length === 2) abort.abort();
      },
    };
    const progress = { update: () => {}, end: () => {} };
    const { signal } = abort;
    const plan = {
      dataset: dataset(7000),
      sender,
      from: 0,
      speed: 'max',
      clock: systemClock,
      signal,
      progress,
    } as const;
    const count =
      what === 'events'
        ? await sendEvents({ ...plan, sent: () => {} })
        : await sendCatalog(plan.dataset, sender, signal);
    expect(sent).toEqual([2000, 2000]);
    expect(count).toBe(4000);
  }
});

const HOUR = 3_600_000;

/** A replay at 3600x of events at these hours of the shop, by a clock that moves only when it is slept on. */
const replay = (hours: readonly number[], options: { from?: number; sendMs?: number; stopAtSecond?: number } = {}) => {
  const { from = 0, sendMs = 0, stopAtSecond = Number.POSITIVE_INFINITY } = options;
  const abort = new AbortController();
  let now = 5_000_000; // no special time
  const seconds = () => (now - 5_000_000) / 1000;
  const slept: number[] = [];
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    sleep: async (ms, signal) => {
      slept.push(ms);
      const left = (stopAtSecond - seconds()) * 1000;
      if (left > ms) now += ms;
      else {
        abort.abort(new Error('stopped'));
        now += signal === undefined ? ms : left;
        signal?.throwIfAborted();
      }
    },
  };
  const sends: { at: number; hours: number[] }[] = [];
  const updates: { at: number; count: number; wait: number | undefined }[] = [];
  const done = sendEvents({
    dataset: {
      ...dataset(0),
      events: async function* (first) {
        for (const hour of hours.slice(first)) yield { ...record('events'), clock: hour * HOUR };
      },
    },
    sender: {
      send: async (records) => {
        sends.push({ at: seconds(), hours: records.map((each) => each.clock / HOUR) });
        now += sendMs;
      },
    },
    ...{ from, speed: parseSpeed('3600x'), clock, signal: abort.signal, sent: () => {} },
    progress: {
      update: (count, wait) => void updates.push({ at: seconds(), count, wait }),
      end: () => {},
    },
  });
  return { done, sends, slept, updates, seconds };
};

test('at 3600x an hour of the shop is a second, and each event goes when it is due', async () => {
  const { done, sends } = replay([7, 8, 8.5, 31]);
  expect(await done).toBe(4);
  expect(sends).toEqual([
    { at: 0, hours: [7] },
    { at: 1, hours: [8] },
    { at: 1.5, hours: [8.5] },
    { at: 24, hours: [31] },
  ]);
});

test('what is due together goes together, and so does what is due within a tenth of a second', async () => {
  const { done, sends } = replay([0, 0, 0.05, 0.1, 2, 2, 2.08]);
  await done;
  expect(sends).toEqual([
    { at: 0, hours: [0, 0, 0.05, 0.1] },
    { at: 2, hours: [2, 2, 2.08] },
  ]);
});

test('more than a chunk that is due at once goes in chunks, without a wait between', async () => {
  const { done, sends, slept } = replay(Array.from({ length: 4500 }, () => 3));
  expect(await done).toBe(4500);
  expect(sends.map(({ at, hours }) => [at, hours.length])).toEqual([
    [0, 2000],
    [0, 2000],
    [0, 500],
  ]);
  expect(slept).toEqual([]);
});

test('a broker that is slow delays what is due meanwhile, and not what comes after', async () => {
  const { done, sends } = replay([0, 1, 2, 10], { sendMs: 2500 });
  await done;
  expect(sends).toEqual([
    { at: 0, hours: [0] },
    { at: 2.5, hours: [1, 2] },
    { at: 10, hours: [10] },
  ]);
});

test('a stop in a wait ends at once, with what was due before it', async () => {
  const { done, sends, seconds } = replay([0, 1, 1, 100, 200], { stopAtSecond: 30.5 });
  expect(await done).toBe(3);
  expect(sends.map(({ at }) => at)).toEqual([0, 1]);
  expect(seconds()).toBe(30.5);
});

test('a resume sends its first event at once and goes on at the pace from there', async () => {
  const { done, sends } = replay([0, 1, 50, 51, 53], { from: 2 });
  expect(await done).toBe(5);
  expect(sends).toEqual([
    { at: 0, hours: [50] },
    { at: 1, hours: [51] },
    { at: 3, hours: [53] },
  ]);
});

test('a wait is told every second with what is left of it', async () => {
  const { done, updates } = replay([0, 3], { from: 0 });
  await done;
  expect(updates).toEqual([
    { at: 0, count: 0, wait: undefined },
    { at: 0, count: 1, wait: undefined },
    { at: 0, count: 1, wait: 3000 },
    { at: 1, count: 1, wait: 2000 },
    { at: 2, count: 1, wait: 1000 },
    { at: 3, count: 2, wait: undefined },
  ]);
});

test('a stop before the first record ends the reading, and is told from an error of the reading', async () => {
  for (const what of ['events', 'catalog'] as const) {
    const abort = new AbortController();
    const told: number[] = [];
    let cleared = 0;
    const preparation = {
      tell: ({ done }: { done: number }) => {
        told.push(done);
        if (done === 2) abort.abort(new Error('stopped'));
      },
      clear: () => {
        cleared += 1;
      },
    };
    const reading = async function* (fails: boolean, tell: Tell | undefined): AsyncGenerator<DatasetRecord> {
      if (fails) throw new Error('line 7');
      for (let done = 1; done <= 100; done += 1) tell?.({ what: 'reading', done, total: 100 });
      yield record(what);
    };
    const run = (fails: boolean) => {
      const set: Dataset = {
        ...dataset(0),
        catalog: (tell) => reading(fails, tell),
        events: (_from, tell) => reading(fails, tell),
      };
      const sender = { send: () => Promise.reject(new Error('nothing is to be sent')) };
      const { signal } = abort;
      if (what === 'catalog') return sendCatalog(set, sender, signal, preparation);
      const progress = { update: () => expect.unreachable(), end: () => {} };
      return sendEvents({
        ...{ dataset: set, sender, from: 40, speed: 'max', clock: systemClock, signal, preparation, progress },
        sent: () => {},
      });
    };
    await expect(run(true)).rejects.toThrow('line 7');
    expect(await run(false)).toBe(what === 'events' ? 40 : 0);
    expect(told).toEqual([1, 2]);
    expect(cleared).toBe(2);
  }
});

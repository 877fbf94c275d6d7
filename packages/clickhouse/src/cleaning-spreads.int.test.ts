import { flags } from '@nextcart/contracts';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { readSpreads } from './cleaning-spreads.ts';
import { NOW } from './event-drafts.fixture.ts';
import type { Store } from './store.ts';
import { insertTestEvents, type TestEvent } from './test-events.fixture.ts';
import { windowStore } from './window-store.fixture.ts';

let store: Store;
let empty: () => Promise<void>;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, empty, drop } = await windowStore(inject('urls').clickhouseUrl, 'spreads')));
afterAll(() => drop());

const HOUR = 3_600_000;
const options = { at: NOW, amountDays: 30, maxLines: 10_000, minLines: 5, robotEventsPerHour: 20 };
const line = (offset: number, baseAmount: string, over: Partial<TestEvent> = {}): TestEvent => ({
  ...{ partition: 0, offset, time: NOW - 1000 - offset, type: 'cart', subject: `u${offset}`, item: 'i1' },
  ...{ category: 'cups', baseAmount, ...over },
});

test('a category’s spread is the median and the MAD of the logarithms, whatever one absurd line says', async () => {
  await empty();
  const amounts = ['1', '2', '4', '8', '16', '1000000'];
  const rows = amounts.map((amount, i) => line(i, amount, i === 5 ? { flags: flags.outlierAmount } : {}));
  const few = [line(10, '5', { category: 'few' }), line(11, '5', { category: 'few' })];
  const unpriced = Array.from({ length: 6 }, (_, i) => line(20 + i, '0', { category: 'free' }));
  await insertTestEvents(store, [...rows, ...few, ...unpriced], 'a');
  const { categories, median, mad } = await readSpreads(store, options);
  expect(categories).toEqual(['cups']);
  const logs = amounts.map((amount) => Math.log(Number(amount))).sort((a, b) => a - b);
  expect(median[0]).toBeCloseTo(logs[3] as number, 12); // the upper of the two in the middle
  const away = logs.map((x) => Math.abs(x - (logs[3] as number))).sort((a, b) => a - b);
  expect(mad[0]).toBeCloseTo(away[3] as number, 12);
});

test('only the newest lines are read, and none after the watermark', async () => {
  await empty();
  const old = Array.from({ length: 6 }, (_, i) => line(i, '100', { time: NOW - 10 * HOUR }));
  const recent = Array.from({ length: 6 }, (_, i) => line(10 + i, '1'));
  const after = Array.from({ length: 6 }, (_, i) => line(20 + i, '50', { time: NOW + 1, category: 'later' }));
  await insertTestEvents(store, [...old, ...recent], 'a');
  const read = async (maxLines: number) => (await readSpreads(store, { ...options, maxLines, minLines: 6 })).median[0];
  expect(await read(6)).toBeCloseTo(0, 12);
  expect(await read(12)).toBeCloseTo(Math.log(100), 12);
  await insertTestEvents(store, after, 'b');
  expect((await readSpreads(store, options)).categories).toEqual(['cups']);
});

test('a robot is above the bound in two hours of the last day; one busy hour makes none, nor do impressions', async () => {
  await empty();
  let offset = 0;
  const hour = (subject: string, ago: number, n: number, type: TestEvent['type'] = 'view'): TestEvent[] =>
    Array.from({ length: n }, () => {
      offset += 1;
      const time = Math.floor(NOW / HOUR) * HOUR - ago * HOUR + offset;
      return { partition: 0, offset, time, type, subject, item: 'i1' };
    });
  await insertTestEvents(
    store,
    [
      ...[...hour('robot', 2, 21), ...hour('robot', 5, 21)],
      ...[...hour('a-robot', 1, 30), ...hour('a-robot', 2, 30)],
      ...[...hour('busy once', 3, 500), ...hour('busy once', 4, 20)],
      ...[...hour('long ago', 40, 21), ...hour('long ago', 41, 21)],
      ...[...hour('shown much', 1, 90, 'impression'), ...hour('shown much', 2, 90, 'impression')],
    ],
    'a',
  );
  expect((await readSpreads(store, options)).robots).toEqual(['a-robot', 'robot']);
});

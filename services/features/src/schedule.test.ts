import { expect, test } from 'vitest';
import { createSchedule, MAX_REST_INTERVALS } from './schedule.ts';

const intervalsMs = { trending: 5000, sessions: 10_000, covisits: 30_000, copurchases: 30_000, cleaning: 60_000 };
const schedule = () => createSchedule({ intervalsMs, coreShare: 0.05, bytesPerDay: 1_000_000_000 });
const sight = { rows: 1, watermark: 0 };

test('a snapshot is made at once, then after its interval, and only where rows came', () => {
  const s = schedule();
  expect(s.isDue('trending', 0, sight)).toBe(true);
  s.begun('trending', 0);
  s.done('trending', { tookMs: 1, bytes: 0 }, sight);
  expect(s.isDue('trending', 4999, { ...sight, rows: 2 })).toBe(false);
  expect(s.isDue('trending', 5000, { ...sight, rows: 2 })).toBe(true);
  expect(s.isDue('trending', 5000, sight)).toBe(false);
});

test('without rows trending is made again when the watermark enters another minute, sessions by the hour', () => {
  const s = schedule();
  for (const kind of ['trending', 'sessions'] as const) {
    s.begun(kind, 0);
    s.done(kind, { tookMs: 1, bytes: 0 }, sight);
  }
  const due = (watermark: number) =>
    (['trending', 'sessions'] as const).map((kind) => s.isDue(kind, 1e6, { rows: 1, watermark }));
  expect([due(59_999), due(60_000), due(3_600_000)]).toEqual([
    [false, false],
    [true, false],
    [true, true],
  ]);
});

test('a making that is dear rests until it has taken no more than its share of a core', () => {
  const s = schedule();
  s.begun('trending', 0);
  s.done('trending', { tookMs: 200, bytes: 0 }, sight);
  expect(s.isDue('trending', 9999, { ...sight, rows: 2 })).toBe(false);
  expect(s.isDue('trending', 10_000, { ...sight, rows: 2 })).toBe(true);
});

test('however busy the machine, a snapshot is made again after so many intervals', () => {
  const s = schedule();
  s.begun('trending', 0);
  s.done('trending', { tookMs: 60_000, bytes: 0 }, sight);
  const latest = MAX_REST_INTERVALS * intervalsMs.trending;
  expect([
    s.isDue('trending', latest - 1, { ...sight, rows: 2 }),
    s.isDue('trending', latest, { ...sight, rows: 2 }),
  ]).toEqual([false, true]);
});

test('a making that failed is due again after its interval', () => {
  const s = schedule();
  s.begun('cleaning', 0);
  expect([s.isDue('cleaning', 59_999, sight), s.isDue('cleaning', 60_000, sight)]).toEqual([false, true]);
});

test('a large snapshot rests until a day of them is no more than its part of the bytes', () => {
  const s = schedule();
  s.begun('covisits', 0);
  s.done('covisits', { tookMs: 1, bytes: 8_000_000 }, sight);
  const restMs = 86_400_000 / (300 / 8);
  const due = (now: number) => s.isDue('covisits', now, { ...sight, rows: 2 });
  expect([due(restMs - 1), due(restMs)]).toEqual([false, true]);
});

import { createMetrics } from '@nextcart/runtime';
import { expect, test } from 'vitest';
import { homeOf } from './home.fixture.ts';
import { createListMark, hashText, markItem } from './list-mark.ts';
import type { ListTail } from './list-tail.ts';
import { createScorerMetrics } from './scorer-metrics.ts';
import { createSweeper, SWEEPS_PER_SECOND } from './sweeper.ts';

const TTL = 1000;
const sweeperOf = (over: { stale?: string[]; showingGone?: string[]; refreshPerSecond?: number } = {}) => {
  const home = homeOf();
  let now = 0;
  let isBusy = false;
  const tail: ListTail = {
    learned: Promise.resolve(),
    takeStale: () => over.stale?.splice(0) ?? [],
    takeShowingGone: () => over.showingGone?.splice(0) ?? [],
    close: () => Promise.resolve(),
  };
  const asked: [string, boolean][] = [];
  const prepared: string[] = [];
  const sweeper = createSweeper({
    clock: { now: () => now, monotonic: () => now, sleep: () => Promise.resolve() },
    metrics: createScorerMetrics(createMetrics('scorer')),
    options: { listTtlMs: TTL, refreshPerSecond: over.refreshPerSecond ?? 1000 },
    partitions: () => [{ home, tail }],
    refresh: (_, key, forced) => void asked.push([key, forced]),
    isBusy: () => isBusy,
    prepare: (_, key) => void prepared.push(key),
  });
  const put = (key: string, items: readonly string[], expiresAt: number, visitEnd = Infinity) => {
    const mark = createListMark();
    for (const item of items) markItem(mark, hashText(item));
    home.lists.setVisitEnd(home.lists.set(key, mark, 1, expiresAt), visitEnd);
  };
  return {
    ...{ home, sweeper, asked, prepared, put },
    at: (time: number) => (now = time),
    busy: (is: boolean) => (isBusy = is),
  };
};

test('a list is asked for when a fifth of its life is left', () => {
  const { sweeper, asked, put, at } = sweeperOf();
  put('anna', ['a'], TTL);
  at(799);
  sweeper.tick();
  expect(asked).toEqual([]);
  at(800);
  sweeper.tick();
  expect(asked).toEqual([['anna', false]]);
});

test('lists that show an item which is gone are asked for, the others are not', () => {
  const { sweeper, asked, put } = sweeperOf();
  put('anna', ['a', 'b'], 1e9);
  put('ben', ['c'], 1e9);
  sweeper.gone(hashText('b'));
  sweeper.tick();
  expect(asked).toEqual([['anna', false]]);
});

test('a list that shows what is gone is asked for when the log is folded: before, the list in the log may be the newer one', () => {
  const { sweeper, asked, put, home } = sweeperOf({ showingGone: ['anna'] });
  put('ben', ['b'], 1e9);
  Object.assign(home, { next: 5, end: 6 });
  sweeper.gone(hashText('b'));
  sweeper.tick();
  sweeper.tick();
  expect(asked).toEqual([]);
  home.next = 6;
  sweeper.tick();
  expect(asked.map(([key]) => key).toSorted()).toEqual(['anna', 'ben']);
});

test('no more lists are asked for at a time than the rate allows, and none is forgotten', () => {
  const { sweeper, asked, put } = sweeperOf({ refreshPerSecond: 10 * SWEEPS_PER_SECOND });
  for (let at = 0; at < 35; at += 1) put(`user ${at}`, ['a'], 1e9);
  sweeper.gone(hashText('a'));
  const sizes = Array.from({ length: 5 }, () => {
    sweeper.tick();
    return asked.length;
  });
  expect(sizes).toEqual([10, 20, 30, 35, 35]);
  expect(new Set(asked.map(([key]) => key)).size).toBe(35);
});

test('a stale list is replaced whatever the new one holds; a partition that was given away is left alone', () => {
  const { sweeper, asked, home } = sweeperOf({ stale: ['anna'] });
  sweeper.tick();
  expect(asked).toEqual([['anna', true]]);
  home.closed = true;
  sweeper.tick();
  expect(asked).toHaveLength(1);
});

test('a list for the next visit is asked for when the visit has ended, once a minute until it is there', () => {
  const { sweeper, prepared, put, home, at } = sweeperOf();
  put('anna', ['a'], 1e9, 5000);
  put('ben', ['a'], 1e9);
  at(4999);
  sweeper.tick();
  expect(prepared).toEqual([]);
  at(5000);
  sweeper.tick();
  sweeper.tick();
  expect(prepared).toEqual(['anna']);
  at(65_000);
  sweeper.tick();
  expect(prepared).toEqual(['anna', 'anna']);
  home.lists.setVisitEnd(home.lists.slot('anna'), Infinity);
  at(1e6);
  sweeper.tick();
  expect(prepared).toHaveLength(2);
});

test('lists for next visits are made where nothing else waits, a quarter of what may be made at a time', () => {
  const { sweeper, prepared, asked, put, home, busy } = sweeperOf({ refreshPerSecond: 40 * SWEEPS_PER_SECOND });
  for (let at = 0; at < 35; at += 1) put(`user ${at}`, ['a'], 1e9, -1);
  busy(true);
  sweeper.tick();
  expect(prepared).toHaveLength(0);
  busy(false);
  sweeper.gone(hashText('a'));
  sweeper.tick();
  expect([prepared.length, asked.length]).toEqual([0, 35]);
  const sizes = Array.from({ length: 5 }, () => {
    sweeper.tick();
    return prepared.length;
  });
  expect(sizes).toEqual([10, 20, 30, 35, 35]);
  expect(new Set(prepared).size).toBe(35);
  // what stands in the log may be newer than what was folded by now
  put('zoe', ['a'], 1e9, -1);
  Object.assign(home, { next: 5, end: 6 });
  sweeper.tick();
  expect(prepared).not.toContain('zoe');
});

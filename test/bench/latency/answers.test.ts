import { expect, test } from 'vitest';
import { matchAnswers, tellSignIns } from './answers.ts';
import type { SeenList } from './recorder.ts';
import { summarize } from './summarize.ts';

const event = (offset: number, subject: string, due: number) => ({
  partition: 0,
  offset,
  subject,
  due,
  appendedAt: due + 1,
});
const list = (subject: string, triggerOffset: number, readAt: number): SeenList => ({
  partition: 0,
  subject,
  readAt,
  byModels: true,
  stamps: { triggerOffset, appendedAt: 101, receivedAt: 103, stateAt: 104, scoredAt: 108, publishedAt: 109 },
});
const none = new Float64Array(0);

test('an event is timed from when it was due to the first list whose trigger is at or above it', () => {
  const lists = [list('a', 4, 104), list('b', 9, 105), list('a', 6, 110), list('a', 7, 120)];
  const { answers } = matchAnswers({ events: [event(5, 'a', 100), event(6, 'a', 101)], lists }, none, 0, 1000);
  expect(answers.map(({ latencyMs, by }) => [latencyMs, by])).toEqual([
    [10, 'list'],
    [9, 'list'],
  ]);
  // the stages are those of the event that triggered the list
  expect(answers.map(({ stamps }) => stamps?.triggerOffset)).toEqual([undefined, 6]);
});

test('the stamp of "unchanged" answers an event, at the end of its millisecond, where no list came before it', () => {
  const events = [event(5, 'a', 100), event(6, 'b', 100)];
  const stamps = Float64Array.of(0, 5, 107, 0, 6, 107);
  const { answers } = matchAnswers({ events, lists: [list('b', 6, 105)] }, stamps, 0, 1000);
  expect(answers.map(({ latencyMs, by }) => [latencyMs, by])).toEqual([
    [8, 'unchanged'],
    [5, 'list'],
  ]);
});

test('a tombstone after the event answers it, an older one does not; who got nothing is missing', () => {
  const events = [event(5, 'a', 100), event(6, 'b', 100)];
  const tombstone = (subject: string, readAt: number): SeenList => ({
    partition: 0,
    subject,
    readAt,
    byModels: false,
    stamps: null,
  });
  const { answers, missing } = matchAnswers(
    { events, lists: [tombstone('a', 106), tombstone('b', 99)] },
    none,
    0,
    1000,
  );
  expect(answers.map(({ event: { offset }, by }) => [offset, by])).toEqual([[5, 'tombstone']]);
  expect(missing.map(({ offset }) => offset)).toEqual([6]);
});

test("the scorer's answer to a sign-in is timed from that, and apart; an event that the reader missed is told", () => {
  const signIn = event(5, 'visitor', 100);
  const history = { ...event(9, 'user', 100), partition: 1, appendedAt: 140 };
  const events = tellSignIns([history, signIn], 1); // partitions are read in any order
  expect(events).toEqual([{ ...history, isSignIn: true }, signIn]);
  const lists = [{ ...list('user', 9, 155), partition: 1 }, list('visitor', 5, 112)];
  const { answers } = matchAnswers({ events, lists }, none, 0, 1000);
  expect(summarize(answers, () => false, 0, '')).toMatchObject({
    ...{ events: 1, max_ms: 12, warm_p99_ms: 12, published_share: 1 },
    ...{ sign_ins: 1, sign_in_p99_ms: 55, p99_with_sign_ins_ms: 55 },
  });
  expect(() => tellSignIns([signIn], 2)).toThrow('1 of the 2 events');
});

test('events of the warm-up are left out', () => {
  const events = [event(5, 'a', 100), event(6, 'a', 200)];
  const { answers, missing } = matchAnswers({ events, lists: [list('a', 6, 210)] }, none, 200, 300);
  expect([answers.length, missing.length]).toEqual([1, 0]);
});

test('a rate is summed up by nearest-rank percentiles, shares of answers and shares of stages', () => {
  const events = Array.from({ length: 100 }, (_, k) => event(k, `s${k}`, 100));
  const lists = events.slice(0, 80).map(({ subject, offset }) => list(subject, offset, 110 + offset));
  const stamps = Float64Array.from(events.slice(80).flatMap(({ offset }) => [0, offset, 101]));
  const { answers } = matchAnswers({ events, lists }, stamps, 0, 1000);
  const metrics = summarize(answers, ({ event: { offset } }) => offset < 5, 0, '@200');
  expect(metrics).toMatchObject({
    'p50_ms@200': 39, // 20 of 2 ms, then 10, 11, …
    'p99_ms@200': 88,
    'max_ms@200': 89,
    'published_share@200': 0.8,
    'suppressed_share@200': 0.2,
    'cold_share@200': 0.05,
  });
  const shares = Object.entries(metrics).filter(([name]) => name.startsWith('stage.'));
  expect(shares.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 9);
});

test('lists by models are counted among the lists that answered, and nothing else', () => {
  const events = [event(5, 'a', 100), event(6, 'b', 100), event(7, 'c', 100), event(8, 'd', 100)];
  const hurried = { ...list('b', 6, 105), byModels: false };
  const lists = [list('a', 5, 104), hurried, list('b', 6, 400), list('c', 7, 104)]; // b's comes again, with models
  const { answers } = matchAnswers({ events, lists }, Float64Array.of(0, 8, 107), 0, 1000);
  expect(summarize(answers, () => false, 0, '')).toMatchObject({ events: 4, by_models_share: 2 / 3 });
});

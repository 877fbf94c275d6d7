import { expect, test } from 'vitest';
import { homeOf, warm } from './home.fixture.ts';
import { createSubject, type Work } from './subject.ts';
import { createWorkQueue } from './work-queue.ts';

const queueOf = () => {
  const cold: Work[] = [];
  return { cold, queue: createWorkQueue({ needsState: (work) => void cold.push(work) }) };
};

test('events of a subject that waits join its work; what comes after it was taken is a new one', () => {
  const { queue } = queueOf();
  const home = homeOf();
  const anna = warm(createSubject('anna', home));
  const ben = warm(createSubject('ben', home));
  queue.open(anna).triggers.push(1, 0);
  queue.open(ben).triggers.push(2, 0);
  queue.open(anna).triggers.push(3, 0);
  const taken = queue.take(10);
  expect(taken.map(({ subject, triggers }) => [subject.key, triggers])).toEqual([
    ['anna', [1, 0, 3, 0]],
    ['ben', [2, 0]],
  ]);
  const next = queue.open(anna);
  expect(next).not.toBe(taken[0]);
  expect(anna.inFlight).toBe(1);
  for (const work of taken) queue.done(work);
  expect([...home.open]).toEqual([next]);
  expect(anna.inFlight).toBe(0);
});

test('a cold subject is handed on and waits; its work comes when it is warm', () => {
  const { queue, cold } = queueOf();
  const subject = createSubject('anna', homeOf());
  const work = queue.open(subject);
  expect(queue.open(subject)).toBe(work);
  expect(cold).toEqual([work]);
  expect(queue.take(10)).toEqual([]);
  warm(subject);
  queue.ready(work);
  expect(queue.take(10)).toEqual([work]);
});

test('a partition whose lists were not read back holds its works; one that was given away drops them', () => {
  const { queue } = queueOf();
  const home = homeOf({ learned: false });
  const work = queue.open(warm(createSubject('anna', home)));
  expect(queue.length()).toBe(0);
  expect(home.held).toEqual([work]);
  home.learned = true;
  queue.ready(work);
  home.closed = true;
  expect(queue.take(10)).toEqual([]);
});

test('who waits is woken by the first work, and by the end', async () => {
  const { queue } = queueOf();
  const ended = new AbortController();
  const woken = queue.wait(ended.signal);
  queue.open(warm(createSubject('anna', homeOf())));
  await woken;
  queue.take(1);
  const again = queue.wait(ended.signal);
  ended.abort();
  await again;
});

import { expect, test } from 'vitest';
import { homeOf, warm } from './home.fixture.ts';
import type { Subject } from './subject.ts';
import { createSubjectPool } from './subject-pool.ts';

const tailed = (subject: Subject, offset: number): Subject => {
  subject.tail.push({ offset } as Subject['tail'][number]);
  return subject;
};

test('who has an event at or above S stays, however many there are', () => {
  const pool = createSubjectPool({ maxSubjects: 10 });
  const home = homeOf({ safe: 0, next: 100 });
  for (let at = 0; at < 100; at += 1) tailed(pool.get(home, `user ${at}`), at);
  pool.shrink(home);
  expect(pool.size).toBe(100);
  home.safe = 40;
  pool.shrink(home); // takes the marks of use away
  pool.shrink(home);
  const left = Array.from({ length: 100 }, (_, at) => home.subjects.get(`user ${at}`)).filter((each) => each);
  expect(left.map((subject) => subject?.tail[0]?.offset)).toEqual(Array.from({ length: 60 }, (_, at) => 40 + at));
  expect(pool.size).toBe(60);
  expect(pool.evicted).toBe(40);
});

test('who was used since the last look stays, and so does who is waited for', () => {
  const pool = createSubjectPool({ maxSubjects: 3 });
  const home = homeOf({ safe: 10, next: 10 });
  const names = ['used', 'idle', 'working', 'in flight'];
  const [, , working, inFlight] = names.map((name) => warm(pool.get(home, name)));
  (working as Subject).work = {
    subject: working as Subject,
    triggers: [],
    laterFrom: Infinity,
    forced: false,
    visitEnded: false,
    extra: [],
  };
  (inFlight as Subject).inFlight = 1;
  for (const name of names) (home.subjects.get(name) as Subject).touched = false;
  pool.get(home, 'used');
  pool.shrink(home);
  expect(names.filter((name) => home.subjects.get(name))).toEqual(['used', 'working', 'in flight']);
});

test('a cold subject that has fallen below S is met anew: what it did lies in the store', () => {
  const pool = createSubjectPool({ maxSubjects: 10 });
  const home = homeOf({ safe: 5, next: 8 });
  tailed(pool.get(home, 'anna'), 6);
  expect(pool.get(home, 'anna')).toMatchObject({ bound: 5, tail: [{ offset: 6 }] });
  home.safe = 7;
  expect(pool.get(home, 'anna')).toMatchObject({ bound: 7, tail: [] });
});

test('far beyond the bound the pool is full, and dropping the partition empties it', () => {
  const pool = createSubjectPool({ maxSubjects: 100 });
  const home = homeOf({ next: 1e6 });
  for (let at = 0; at < 2125; at += 1) tailed(pool.get(home, `user ${at}`), at);
  expect(pool.isFull()).toBe(false);
  tailed(pool.get(home, 'one more'), 5000);
  expect(pool.isFull()).toBe(true);
  pool.drop(home);
  expect(pool.size).toBe(0);
});

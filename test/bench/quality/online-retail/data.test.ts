import { expect, test } from 'vitest';
import { measureAll } from '../measure.ts';
import { plainPart } from '../recipe.ts';
import { amountsBetween, behaviourBefore, DAY_MS, type Purchase, tasksBetween } from './data.ts';
import { retailSteps } from './prequential.ts';

const line = (user: number, item: number, time: number, amount: number): Purchase => ({
  ...{ user, item, time, amount, invoice: String(time) },
});

test('revenue is what was spent in the slice, of all invoices, on items among the first', async () => {
  const lines = [line(0, 0, 1, 100), line(1, 1, 2, 100), line(0, 1, 10, 3), line(0, 1, 12, 4), line(1, 2, 13, 50)];
  const purchases = { lines: [...lines, line(0, 1, 20, 1000)], users: 2, items: 3 };
  const [all] = tasksBetween(purchases, behaviourBefore(purchases, 10), 10, 20);
  if (all === undefined) throw new Error('no task');
  const part = plainPart(3, (users, into) => users.forEach((_, at) => into.set([0, 2, 1], at * 3)));
  const progress = { at: () => undefined, done: () => undefined };
  const task = { ...all, k: 1, amountsOf: amountsBetween(purchases, 10, 20) };
  const [measured] = await measureAll(task, [part], ['scores'], [1], progress);
  expect([...(measured?.revenue ?? [])]).toEqual([7, 0]);
});

test('each week is asked of what was bought before it, the weeks before included', () => {
  const week = 7 * DAY_MS;
  const times = [0, week - 1, week, week + 5, 2 * week, 2 * week + 9];
  const lines = times.map((time, item) => line(0, item, time, 1));
  const steps = [...retailSteps({ lines, users: 1, items: 6 }, week)].map(({ known, tasks }) => ({
    known: [...known.bags.columns],
    asked: [...(tasks[0]?.targets.columns ?? [])],
  }));
  expect(steps).toEqual([
    { known: [0, 1], asked: [2, 3] },
    { known: [0, 1, 2, 3], asked: [4, 5] },
  ]);
});

test('visits are invoices of distinct items, and the newest lines are the last', () => {
  const lines = [
    [0, 5],
    [1, 5],
    [0, 5],
    [2, 9],
  ].map(([item = 0, time = 0]) => line(0, item, time, 1));
  const visits = behaviourBefore({ lines: [...lines, line(0, 1, 20, 1)], users: 1, items: 3 }, 20).visits();
  expect(visits.sessions.map((items) => [...items])).toEqual([[0, 1], [2]]);
  expect([...visits.newest(0, 2)]).toEqual([0, 2]);
});

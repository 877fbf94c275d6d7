import { expect, test } from 'vitest';
import { measureAll } from '../measure.ts';
import { plainPart } from '../recipe.ts';
import { amountsBetween, behaviourBefore, type Purchase, tasksBetween } from './data.ts';

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

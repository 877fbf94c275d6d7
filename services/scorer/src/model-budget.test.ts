import { expect, test } from 'vitest';
import { createModelBudget } from './model-budget.ts';

const budgetOf = (withinMs: number) => {
  let now = 0;
  const budget = createModelBudget(withinMs, { monotonic: () => now });
  return { ...budget, after: (ms: number) => (now += ms) };
};

test('lists that wait are made with models as long as that is expected to be done in time', () => {
  const budget = budgetOf(24);
  expect(budget.allows(1000)).toBe(true); // nobody knows yet
  for (let batch = 0; batch < 20; batch += 1) budget.took(10, 22); // a millisecond for each, and for the twelve that all cost
  expect(budget.allows(12)).toBe(true);
  expect(budget.allows(13)).toBe(false);
});

test('what a slow batch took is forgotten: few are made with models all the same, and after five seconds it is doubted', () => {
  const budget = budgetOf(24);
  budget.took(1, 500); // a process that compiles what it runs for the first time
  expect(budget.allows(9)).toBe(false);
  expect(budget.allows(8)).toBe(true);
  for (let batch = 0; batch < 40; batch += 1) budget.took(8, 10);
  expect(budget.allows(30)).toBe(true);

  for (let batch = 0; batch < 20; batch += 1) budget.took(1, 500);
  budget.after(4999);
  for (let batch = 0; batch < 100; batch += 1) expect(budget.allows(16)).toBe(false);
  budget.after(2);
  let without = 0;
  for (; !budget.allows(16); without += 1);
  expect(without).toBeGreaterThan(10);
  expect(without).toBeLessThan(50);
});

test('it is calm again a second after the last batch without models', () => {
  const budget = budgetOf(24);
  expect(budget.isCalm()).toBe(true);
  budget.took(16, 100);
  expect(budget.allows(16)).toBe(false);
  budget.after(900);
  expect(budget.isCalm()).toBe(false);
  budget.after(101);
  expect(budget.isCalm()).toBe(true);
});

test('without a bound models are always asked', () => {
  const budget = budgetOf(Number.POSITIVE_INFINITY);
  budget.took(32, 60_000);
  expect(budget.allows(100_000)).toBe(true);
});

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
  for (let batch = 0; batch < 20; batch += 1) budget.took(12, 16); // a millisecond for each, and for the four that all cost
  expect(budget.allows(19)).toBe(true);
  expect(budget.allows(21)).toBe(false);
});

test('a slow batch is not believed for long, and one that is not slow is believed at once', () => {
  const budget = budgetOf(24);
  budget.took(1, 500); // a process that compiles what it runs for the first time
  let without = 0;
  for (; !budget.allows(16); without += 1);
  expect(without).toBeGreaterThan(10);
  expect(without).toBeLessThan(50);
  budget.took(16, 5);
  expect(budget.allows(20)).toBe(true);
  budget.took(1, 500);
  expect(budget.allows(8)).toBe(true); // or nobody would learn that it is faster again
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

import type { SubjectFeatures } from '@nextcart/clickhouse';
import { expect, test } from 'vitest';
import { behaviourColumns, correlationsOf, distributionsOf, sampledSubjects } from './behaviour.ts';

const SUBJECTS = 40;
const subjects = Array.from({ length: SUBJECTS }, (_, at) => `u${at}`);
/** Who has a greater number spends more and views less; nobody returns anything. */
const features = subjects.map(
  (subject, at): SubjectFeatures => ({
    ...{ subject, counts: { view: SUBJECTS - at, click: 1 }, eventsPerDay: 1, daysActive: 1 },
    ...{ hours: Array.from({ length: 24 }, (_, hour) => Number(hour === 20)), cartRate: null, purchaseRate: 0 },
    ...{ returnRate: null, basketValue: at === 0 ? 5 : null, spend: at, spendTrend: 0, amountDecile: null },
    ...{ recencyMs: 43_200_000, gapDays: null, weekdays: [1, 0, 0, 0, 0, 2, 1], discount: at === 1 ? 0.2 : null },
  }),
);

test('figures are in the order of the subjects, unknown where nothing is known', () => {
  const columns = behaviourColumns(['u1', 'nobody', 'u0'], features);
  const of = (name: string) => [...Array.from(columns.find((column) => column.name === name)?.values ?? [])];
  expect(of('spend')).toEqual([1, Number.NaN, 0]);
  expect(of('views')).toEqual([SUBJECTS, Number.NaN, SUBJECTS + 1]);
  expect(of('days since the last event')).toEqual([0.5, Number.NaN, 0.5]);
  expect(of('share of events after 18:00 UTC')).toEqual([1, Number.NaN, 1]);
  expect(of('share of events on Saturday and Sunday, UTC')).toEqual([0.75, Number.NaN, 0.75]);
  expect(of('discount against usual prices')).toEqual([0.2, Number.NaN, Number.NaN]);
  // of one subject nothing can be said: no row, where NaN would become 0
  expect(distributionsOf(columns).map(({ name }) => name)).not.toContain('basket value');
});

test("a need's correlation has the sign of its end of the dimension, and a dimension counts once", async () => {
  const columns = behaviourColumns(subjects, features);
  const latents = {
    ...{ width: 2, dimensions: [1, 4] },
    values: Float32Array.from({ length: 2 * SUBJECTS }, (_, at) => (at % 2 === 0 ? 0 : Math.floor(at / 2))),
  };
  const told = { itemIds: [], items: [], categories: [], words: [] };
  const needs = [
    { need: 8, name: 'upper', share: 0.25, ...told },
    { need: 9, name: 'lower', share: 0.5, ...told },
  ];
  const found = await correlationsOf(columns, needs, latents, [...subjects.keys()], async () => {});
  expect(found.filter(({ isNeed }) => isNeed).map(({ a, b, rho }) => [a, b, rho])).toEqual([
    ['views', 'need 9: lower', 1],
    ['spend', 'need 9: lower', -1],
  ]);
  expect(found.filter(({ isNeed }) => !isNeed).map(({ a, b, rho }) => [a, b, rho])).toEqual([['views', 'spend', -1]]);
});

test('the sample does not depend on the order of the subjects', () => {
  const many = Array.from({ length: 12_000 }, (_, at) => `u${at}`);
  const named = (names: readonly string[]) => sampledSubjects(names).map((at) => names[at]);
  expect(named(many)).toHaveLength(10_000);
  expect(named(many.toReversed())).toEqual(named(many));
});

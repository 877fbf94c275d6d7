import { queryWords } from '@nextcart/models';
import { expect, test } from 'vitest';
import { historyOf, openShop, shopIds } from '../shop.fixture.ts';
import { createHistoryBags } from './history-bags.ts';
import { createItemNumbers } from './model-events.ts';
import { serving } from './release.fixture.ts';

const YEAR = 365 * 24 * 60;

test('words of a search are columns behind the items, with the weight of its time, and left out with it', () => {
  const { index } = openShop();
  const numbers = createItemNumbers(index, shopIds);
  const bagsOf = createHistoryBags(serving, numbers, serving.searchFeatures);
  const lamp = shopIds[0] as string;
  const words = queryWords(['blue lamp'], serving.searchFeatures);
  const history = historyOf(index, [
    ['search', 'blue lamp', 30 * 24 * 60],
    ['view', lamp, 0],
  ]);
  const { bags } = bagsOf([history], [[0]]);
  const row = (at: number) =>
    Array.from(bags.columns.subarray(bags.rowStart[at], bags.rowStart[at + 1]), (column, place) => [
      column,
      bags.weights[(bags.rowStart[at] as number) + place],
    ]);
  expect(words.columns.length).toBeGreaterThan(1);
  expect(row(0)).toEqual([
    ...Array.from(words.columns, (column, at) => [
      shopIds.length + column,
      Math.fround((words.weights[at] as number) / 2 ** (30 / serving.bag.halfLifeDays)),
    ]),
    [numbers.of(index.get(lamp)), 1],
  ]);
  expect(row(1)).toEqual([[numbers.of(index.get(lamp)), 1]]);
});

test('who was away for years is still known, also where the newest event is left out or none of the bag', () => {
  const { index } = openShop();
  const numbers = createItemNumbers(index, shopIds);
  const bagsOf = createHistoryBags(serving, numbers, serving.searchFeatures);
  const [old, older, back] = shopIds as [string, string, string];
  const past = [
    ['view', older, 15 * YEAR + 60 * 24 * 60],
    ['view', old, 15 * YEAR],
  ] as const;
  const histories = [
    historyOf(index, [...past, ['dismiss', back, 0]]),
    historyOf(index, [...past, ['view', back, 0]]),
    historyOf(index, past),
  ];
  const { bags } = bagsOf(histories, [[], [2], []]);
  const rowOf = (row: number) => {
    const [start, end] = [bags.rowStart[row] as number, bags.rowStart[row + 1] as number];
    const weights = [...bags.weights.subarray(start, end)];
    const length = Math.hypot(...weights);
    return weights.map((weight) => weight / length);
  };
  const alone = rowOf(3);
  expect(alone.every((share) => share > 0.1)).toBe(true);
  for (const row of [0, 2]) rowOf(row).forEach((share, at) => expect(share).toBeCloseTo(alone[at] as number, 6));
  expect(rowOf(1)[2]).toBeCloseTo(1, 6);
});

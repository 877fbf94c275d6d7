import { createItemIndex, eventTypes, type SubjectHistory } from '@nextcart/contracts';
import type { ScoringRequest } from '@nextcart/ranking';
import { expect, test } from 'vitest';
import { linearPart, newestOf } from './fit-linear.ts';

const DAY_MS = 86_400_000;
const settings = {
  events: { view: { target: 1, bag: 1 }, purchase: { target: 4, bag: 3 }, search: { target: 0, bag: 0 } },
  recencyHalfLifeDays: 10,
};

test('scores are what the items of a bag add, weighed by type and age; what speaks against an item is no score', () => {
  const index = createItemIndex();
  index.add('unknown to it');
  // B: a adds 0.5 to b and takes from c; b adds 0.25 to a
  const model = {
    rowStart: Int32Array.of(0, 2, 3, 3),
    columns: Int32Array.of(1, 2, 0),
    weights: Float32Array.of(0.5, -0.5, 0.25),
  };
  const part = linearPart(model, ['a', 'b', 'c'], index, settings);
  const score = (events: readonly (readonly [string, 'view' | 'purchase' | 'cart', number])[]) => {
    const history = {
      length: events.length,
      items: Int32Array.from(events, ([id]) => index.add(id)),
      types: Uint8Array.from(events, ([, type]) => eventTypes.indexOf(type)),
      times: Float64Array.from(events, ([, , days]) => days * DAY_MS),
    } as unknown as SubjectHistory;
    const scores: Record<string, number> = {};
    const add = (item: number, value: number) => void (scores[index.id(item)] = value);
    part.score({ history } as ScoringRequest, { add, addRow: () => {} });
    return scores;
  };
  expect(part.source).toBe('linear');
  expect(score([['a', 'purchase', 0]])).toEqual({ b: 1.5 });
  // viewed twice, ten days before the newest, of which nothing is known
  const old = [
    ['a', 'view', 0],
    ['a', 'view', 0],
    ['unknown to it', 'view', 10],
  ] as const;
  expect(score(old)).toEqual({ b: 0.5 });
  expect(
    score([
      ['a', 'cart', 0],
      ['b', 'view', 0],
    ]),
  ).toEqual({ a: 0.25 });
  expect(score([])).toEqual({});
});

test('of a long log it reads the newest of each slice, in their shares', () => {
  const slices = [
    { partition: 0, from: 100, to: 400 },
    { partition: 3, from: 0, to: 100 },
  ];
  expect(newestOf(slices, 400)).toEqual(slices);
  expect(newestOf(slices, 40)).toEqual([
    { partition: 0, from: 370, to: 400 },
    { partition: 3, from: 90, to: 100 },
  ]);
});

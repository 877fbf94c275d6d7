import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { bagsOf } from './bags.fixture.ts';
import type { EventSequences } from './events.ts';
import { createRecurrentFolding, type RecurrentFolding } from './folding.ts';
import { createHistoryFold, type HistoryFold } from './history-fold.ts';
import { type Stretch } from './history-steps.ts';
import { sequencesOf } from './patterns.fixture.ts';
import { initialWeights, type RecurrentModel, type RecurrentShape } from './shape.ts';

const ITEMS = 90;
const shape: RecurrentShape = {
  ...{ items: ITEMS, features: 20, types: 3, gaps: 4, hours: 5, width: 24, blocks: 2 },
  ...{ recurrence: 'linear', scale: 0, lags: 3 },
};
const model: RecurrentModel = {
  shape,
  weights: initialWeights(shape, 8),
  itemFeatures: bagsOf(Array.from({ length: ITEMS }, (_, item) => [item % 20, (item * 7) % 20])),
};

const gru = { ...shape, recurrence: 'gru' } as const;
const models = { linear: model, gru: { ...model, shape: gru, weights: initialWeights(gru, 8) } } as const;

interface Folds {
  readonly alone: RecurrentFolding;
  readonly fold: HistoryFold;
}
const folds = {} as Record<keyof typeof models, Folds>;
beforeAll(async () => {
  for (const name of ['linear', 'gru'] as const)
    folds[name] = {
      alone: await createRecurrentFolding(models[name], { batch: 1, threads: 1 }),
      fold: await createHistoryFold(models[name], { threads: 1 }),
    };
});
afterAll(async () => {
  for (const { alone, fold } of Object.values(folds)) await Promise.all([alone.close(), fold.close()]);
});

/** Sequences of some lengths; every fifth event is a search. */
const sequencesLike = (lengths: readonly number[], seed: number): EventSequences => {
  const random = createRandom(seed, 905);
  const lists = lengths.map((length) => Array.from({ length }, (_, at) => (at % 5 === 4 ? -1 : random.below(ITEMS))));
  const below = (most: number) => Uint8Array.from(lists.flat(), () => random.below(most));
  const tokens = bagsOf(lists.flat().map((item) => (item < 0 ? [random.below(10), 10 + random.below(10)] : [])));
  return { ...sequencesOf(lists), types: below(3), gaps: below(4), hours: below(5), tokens };
};

/** From a state on, event by event, without one of them. */
const oneByOne = async (
  { alone }: Folds,
  from: Float32Array,
  events: EventSequences,
  [start, end]: readonly [number, number],
  without = -1,
) => {
  const state = from.slice();
  for (let event = start; event < end; event += 1)
    if (event !== without) await alone.advance(state, events, Int32Array.of(event));
  return state;
};

/** What is said to be set of a row: its output and last items. */
const outcome = (state: Float32Array) => [...state.subarray(shape.blocks * shape.width)];

const check = async (given: Folds, events: EventSequences, stretches: readonly Stretch[], before: Float32Array) => {
  const { fold: by } = given;
  const states = before.slice();
  const rows = await by.fold(states, events, stretches);
  const rowAt = (table: Float32Array, row: number) => table.slice(row * by.stateSize, (row + 1) * by.stateSize);
  let row = 0;
  for (const [subject, { start, until, end }] of stretches.entries()) {
    const own = rowAt(before, subject);
    expect(rowAt(states, subject)).toEqual(await oneByOne(given, own, events, [start, until]));
    expect(outcome(rowAt(rows, row))).toEqual(outcome(await oneByOne(given, own, events, [start, end])));
    for (let left = until; left < end; left += 1)
      expect(outcome(rowAt(rows, row + 1 + left - until))).toEqual(
        outcome(await oneByOne(given, own, events, [start, end], left)),
      );
    row += 1 + end - until;
  }
  expect(rows).toHaveLength(row * by.stateSize);
};

/** How much of a history is known already, new, and left out in turn. */
const history = fc.record({
  known: fc.integer({ min: 0, max: 3 }),
  fresh: fc.integer({ min: 0, max: 12 }),
  left: fc.integer({ min: 0, max: 5 }),
});

describe.each(['linear', 'gru'] as const)('%s', (name) => {
  test('kept states, and what had been without each of the last events: the bits of a fold event by event', async () => {
    const { fold } = folds[name];
    await fc.assert(
      fc.asyncProperty(fc.array(history, { minLength: 1, maxLength: 5 }), fc.nat(), async (histories, seed) => {
        const events = sequencesLike(
          histories.map(({ known, fresh, left }) => known + fresh + left),
          seed,
        );
        const before = new Float32Array(histories.length * fold.stateSize);
        const stretches: Stretch[] = [];
        for (const [at, { known, left }] of histories.entries()) {
          const [first, end] = [events.rowStart[at] as number, events.rowStart[at + 1] as number];
          stretches.push({ start: first + known, until: end - left, end });
          const empty = new Float32Array(fold.stateSize);
          before.set(await oneByOne(folds[name], empty, events, [first, first + known]), at * fold.stateSize);
        }
        await check(folds[name], events, stretches, before);
      }),
      { numRuns: 20 },
    );
  });

  test('histories that take several runs, with more threads: the same bits', async () => {
    const wide = await createHistoryFold(models[name], { threads: 2 });
    const events = sequencesLike([300, 127, 40, 127], 3);
    const stretches = Array.from({ length: 4 }, (_, at) => {
      const [start, end] = [events.rowStart[at] as number, events.rowStart[at + 1] as number];
      return { start, until: end - 8, end };
    });
    await check({ ...folds[name], fold: wide }, events, stretches, new Float32Array(4 * wide.stateSize));
    await wide.close();
  });
});

test('a model of one block, without last items', async () => {
  const small = { ...shape, blocks: 1, lags: 0, features: 0 };
  const other = { shape: small, weights: initialWeights(small, 2) };
  const [byOne, by] = [
    await createRecurrentFolding(other, { batch: 1, threads: 1 }),
    await createHistoryFold(other, { threads: 1 }),
  ];
  const { tokens: _, ...events } = sequencesLike([9], 1);
  const states = new Float32Array(by.stateSize);
  const rows = await by.fold(states, events, [{ start: 0, until: 6, end: 9 }]);
  expect(states).toEqual(await byOne.fold({ ...events, rowStart: Int32Array.of(0, 6) }, Int32Array.of(0)));
  expect([...rows.slice(24, 48)]).toEqual([...(await byOne.fold(events, Int32Array.of(0))).slice(24)]);
  await Promise.all([byOne.close(), by.close()]);
});

test.each(['linear', 'gru'] as const)('%s: an event that the model does not know changes no state', async (name) => {
  const { fold } = folds[name];
  const events = sequencesLike([4, 4], 1);
  const states = new Float32Array(2 * fold.stateSize);
  const stretches = [0, 4].map((start) => ({ start, until: start + 2, end: start + 4 }));
  const strange = { ...events, items: events.items.with(7, ITEMS) };
  await expect(fold.fold(states, strange, stretches)).rejects.toThrow('event 7 has item 90 of 90');
  expect(states.every((number) => number === 0)).toBe(true);
  await expect(fold.fold(states, events, stretches.slice(1))).rejects.toThrow('1 subjects, states of');
});

import { describe, expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { bagsOf } from './bags.fixture.ts';
import type { EventSequences } from './events.ts';
import { explainByLeavingOut } from './explanations.ts';
import { sequencesOf } from './patterns.fixture.ts';
import { createRecurrentScorer } from './scorer.ts';
import {
  type ContextColumn,
  contextColumns,
  initialWeights,
  type RecurrentModel,
  type RecurrentShape,
} from './shape.ts';

const ITEMS = 300;
const random = createRandom(5, 901);
const shape: RecurrentShape = {
  items: ITEMS,
  features: 40,
  types: 3,
  gaps: 4,
  hours: 5,
  weekdays: 7,
  width: 24,
  blocks: 2,
  recurrence: 'linear',
  scale: 0,
  lags: 3,
};
const numbers = (count: number, below: number) => Array.from({ length: count }, () => random.below(below));

const modelOf = (recurrence: RecurrentShape['recurrence']): RecurrentModel => {
  const weights = initialWeights({ ...shape, recurrence }, 8);
  weights['bias']?.forEach((_, at, bias) => void (bias[at] = 0.01 * at));
  weights['cross']?.forEach((_, at, cross) => void (cross[at] = 0.3 * Math.sin(at)));
  weights['context']?.forEach((own, at, context) => void (context[at] = own + 0.1 * Math.sin(at)));
  const itemFeatures = bagsOf(Array.from({ length: ITEMS }, () => [...new Set(numbers(3, shape.features))]));
  // scores are products in one, cosines in the other
  return { shape: { ...shape, recurrence, scale: recurrence === 'gru' ? 16 : 0 }, weights, itemFeatures };
};

/** Sequences of some lengths; every fifth event is a search. */
const sequencesLike = (lengths: readonly number[]): EventSequences => {
  const lists = lengths.map((length) => numbers(length, ITEMS).map((item, at) => (at % 5 === 4 ? -1 : item)));
  const count = lists.flat().length;
  return {
    ...sequencesOf(lists),
    types: Uint8Array.from(numbers(count, 3)),
    gaps: Uint8Array.from(numbers(count, 4)),
    hours: Uint8Array.from(numbers(count, 5)),
    weekdays: Uint8Array.from(numbers(count, 7)),
    tokens: bagsOf(lists.flat().map((item) => (item < 0 ? [...new Set(numbers(4, shape.features))] : []))),
  };
};
const lengths = [7, 0, 1, 23, 5, 12, 1, 40, 9, 3, 16];
const events = sequencesLike(lengths);
const all = Int32Array.from(lengths, (_, row) => row);

describe.each(['linear', 'gru'] as const)('%s', (recurrence) => {
  const model = modelOf(recurrence);

  test('states and scores do not depend on the batch, its order or threads, nor on folding at once or event by event', async () => {
    const whole = await createRecurrentScorer(model, { batch: 16, threads: 2 });
    const states = await whole.fold(events, all);
    const scores = (await whole.score(states, 2)).slice();
    const { stateSize } = whole;
    for (const batch of [1, 3]) {
      const small = await createRecurrentScorer(model, { batch, threads: 1 });
      expect(await small.fold(events, all.toReversed())).toEqual(reversedRows(states, stateSize));
      for (const row of [0, 1, 2, 7, 10]) {
        const state = new Float32Array(stateSize);
        for (let at = events.rowStart[row] as number; at < (events.rowStart[row + 1] as number); at += 1)
          await small.advance(state, events, Int32Array.of(at));
        expect(state).toEqual(states.slice(row * stateSize, (row + 1) * stateSize));
        const own = await small.score(state, 2);
        expect(own.slice(0, ITEMS)).toEqual(scores.slice(row * ITEMS, (row + 1) * ITEMS));
      }
      await small.close();
    }
    await whole.close();
  });

  test('what each of the last eight events is worth: the scores minus those of a history without it', async () => {
    const scorer = await createRecurrentScorer(model, { batch: 9, threads: 1 });
    const asked = Int32Array.of(4, 250, 17);
    for (const row of [2, 4, 7]) {
      const { events: left, contributions } = await explainByLeavingOut(scorer, events, row, asked, 1);
      const [start, end] = [events.rowStart[row] as number, events.rowStart[row + 1] as number];
      expect([...left]).toEqual(Array.from({ length: end - start }, (_, at) => start + at).slice(-8));
      const scoreWithout = async (skipped: number) => {
        const state = new Float32Array(scorer.stateSize);
        for (let at = start; at < end; at += 1)
          if (at !== skipped) await scorer.advance(state, events, Int32Array.of(at));
        const scores = await scorer.score(state, 1);
        return [...asked].map((item) => scores[item] as number);
      };
      const full = await scoreWithout(-1);
      for (const [variant, event] of left.entries()) {
        const without = await scoreWithout(event);
        const expected = Float32Array.from(full, (score, at) => score - (without[at] as number));
        expect(contributions.slice(variant * 3, variant * 3 + 3)).toEqual(expected);
      }
    }
    expect((await explainByLeavingOut(scorer, events, 1, asked, 1)).contributions.length).toBe(0);
    // of a long history what is explained is the state that is served: the fold from event 64 on
    const long = sequencesLike([130]);
    const fold = { ...long, rowStart: Int32Array.of(64, 130) };
    expect(await explainByLeavingOut(scorer, long, 0, asked, 1)).toEqual(
      await explainByLeavingOut(scorer, fold, 0, asked, 1),
    );
    await expect(explainByLeavingOut(scorer, events, 2, Int32Array.of(ITEMS), 1)).rejects.toThrow('item 300 of 300');
    await scorer.close();
  });
});

const reversedRows = (states: Float32Array, size: number): Float32Array => {
  const count = states.length / size;
  const into = new Float32Array(states.length);
  for (let row = 0; row < count; row += 1)
    into.set(states.subarray(row * size, (row + 1) * size), (count - 1 - row) * size);
  return into;
};

test('without events the scores are the biases; the type that is asked for matters', async () => {
  const model = modelOf('linear');
  const scorer = await createRecurrentScorer(model, { batch: 2, threads: 1 });
  const empty = await scorer.score(new Float32Array(scorer.stateSize), 0);
  expect(empty.slice(0, ITEMS)).toEqual(model.weights['bias']);
  const states = await scorer.fold(events, Int32Array.of(3));
  const [click, purchase] = [(await scorer.score(states, 0)).slice(), (await scorer.score(states, 2)).slice()];
  expect(click).not.toEqual(purchase);
  await scorer.close();
});

test('an event is what it is: its item or words, type, gap, hour and weekday each change the state', async () => {
  const scorer = await createRecurrentScorer(modelOf('linear'), { batch: 1, threads: 1 });
  const stateOf = async (change: Partial<Record<ContextColumn, number>>, item = 3, word = 1) => {
    const single = {
      ...sequencesOf([[item]]),
      types: Uint8Array.of(change.types ?? 0),
      gaps: Uint8Array.of(change.gaps ?? 0),
      hours: Uint8Array.of(change.hours ?? 0),
      weekdays: Uint8Array.of(change.weekdays ?? 0),
      tokens: bagsOf([[word]]),
    };
    return scorer.fold(single, Int32Array.of(0));
  };
  const plain = await stateOf({});
  const states: Float32Array[] = [];
  for (const column of contextColumns) states.push(await stateOf({ [column]: 1 }));
  // a column's rows are its own
  expect(new Set([plain, ...states].map(String)).size).toBe(1 + contextColumns.length);
  expect(await stateOf({}, 4)).not.toEqual(plain);
  expect(await stateOf({}, -1, 1)).not.toEqual(await stateOf({}, -1, 2));
  await scorer.close();
});

test('what can not be meant is an error that names it', async () => {
  const model = modelOf('linear');
  const broken = { ...model, weights: { ...model.weights, cross: new Float32Array(3 * 24).fill(NaN) } };
  await expect(createRecurrentScorer(broken, { batch: 1, threads: 1 })).rejects.toThrow('cross[0] is NaN');
  const scorer = await createRecurrentScorer(model, { batch: 1, threads: 1 });
  const state = new Float32Array(scorer.stateSize);
  const unknown = { ...events, items: events.items.slice().fill(ITEMS) };
  await expect(scorer.advance(state, unknown, Int32Array.of(0))).rejects.toThrow('event 0 has item 300 of 300');
  await expect(scorer.advance(state, sequencesOf([[1]]), Int32Array.of(0))).rejects.toThrow('undefined of 3 types');
  const strange = { ...events, tokens: bagsOf(Array.from(events.items, () => [shape.features])) };
  await expect(scorer.advance(state, strange, Int32Array.of(0))).rejects.toThrow('token 40 of 40');
  const two = new Float32Array(150);
  const second = { ...events, items: events.items.with(1, ITEMS) };
  await expect(scorer.advance(two, second, Int32Array.of(0, 1))).rejects.toThrow('event 1 has item 300');
  expect(two.every((number) => number === 0)).toBe(true); // a batch that came before the broken event too
  await expect(scorer.advance(state, events, Int32Array.of(0, 1))).rejects.toThrow('2 events, states of 75 numbers');
  await expect(scorer.score(state, 3)).rejects.toThrow('asked for type 3 of 3');
  await expect(scorer.score(state)).rejects.toThrow('asked for type undefined');
  await expect(scorer.score(new Float32Array(150), 1)).rejects.toThrow('at most 1');
  await scorer.close();
});

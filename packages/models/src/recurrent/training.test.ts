import { describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../training/checkpoint.ts';
import { createRandom } from '../training/random.ts';
import { train } from '../training/train.ts';
import { type EventSequences, nextItemTargets } from './events.ts';
import { ITEMS, nextOf, options, planted, plantedSequences, sequencesOf, shape } from './patterns.fixture.ts';
import { createRecurrentScorer } from './scorer.ts';
import { initialWeights, type RecurrentModel, type RecurrentShape } from './shape.ts';
import { createRecurrentTraining, type RecurrentOptions } from './training.ts';

const data = planted();
const sampled: RecurrentOptions = { ...options, softmax: { kind: 'sampled', draws: 4, exponent: 0.5 } };
const dropped: RecurrentOptions = {
  ...sampled,
  dropout: { events: 0.1, blocks: 0.1 },
  smoothing: 0.05,
  tables: { optimiser: 'adagrad', from: 0.1, to: 0.02 },
};

/** Share of events from the third on that the model gives the best score, on sequences that it was not trained on. */
const hitRate = async (model: RecurrentModel): Promise<number> => {
  const events = plantedSequences(60, 77);
  const types = events.types as Uint8Array;
  const scorer = await createRecurrentScorer(model, { batch: 8, threads: 1 });
  let [hits, count] = [0, 0];
  for (let row = 0; row + 1 < events.rowStart.length; row += 1) {
    const state = new Float32Array(scorer.stateSize);
    const start = events.rowStart[row] as number;
    for (let at = start; at < (events.rowStart[row + 1] as number); at += 1) {
      await scorer.advance(state, events, Int32Array.of(at));
      if (at === start) continue;
      const scores = (await scorer.score(state, 0)).subarray(0, ITEMS);
      hits += Number(
        scores.indexOf(Math.max(...scores)) === nextOf(events.items[at - 1] as number, types[at] as number),
      );
      count += 1;
    }
  }
  await scorer.close();
  return hits / count;
};

const run = async (given: RecurrentOptions, of = shape) => {
  const training = createRecurrentTraining(data, of, given);
  const outcome = await train(training, { epochs: given.epochs });
  await training.close();
  return { model: training.model, outcome };
};

describe('a pattern that needs the event before the last, and the type in between', () => {
  test.each([
    ['gated linear recurrence, full softmax', options, shape],
    ['gated recurrent unit, full softmax', options, { ...shape, recurrence: 'gru' as const }],
    ['two blocks, sampled softmax', { ...sampled, epochs: 30 }, { ...shape, blocks: 2 }],
    ['a bonus for the last items, sampled softmax', { ...sampled, epochs: 30 }, { ...shape, lags: 3 }],
    ['scores by cosine', { ...options, epochs: 30 }, { ...shape, scale: 16 }],
    ['dropout, smoothing, Adagrad', { ...dropped, epochs: 30 }, shape],
  ])('%s: learned', async (_, given, of) => {
    const { model, outcome } = await run(given, of);
    expect(outcome.epochs.at(-1)?.loss).toBeLessThan((outcome.epochs[0]?.loss as number) - 0.5);
    expect(await hitRate(model)).toBeGreaterThan(0.85);
  });

  test('not learned by a recurrence that forgets: every event a sequence of its own', async () => {
    const { events } = data;
    const count = events.items.length;
    const cut = { ...events, rowStart: Int32Array.from({ length: count + 1 }, (_, at) => at) };
    const training = createRecurrentTraining({ ...data, events: cut }, shape, options);
    await train(training, { epochs: options.epochs });
    await training.close();
    expect(await hitRate(training.model)).toBeLessThan(0.4);
  });
});

test('people who come back to what they saw two events ago: told from the rest by the bonus of that lag alone', async () => {
  const random = createRandom(12, 908);
  const lists = Array.from({ length: 200 }, () => {
    const list = [random.below(300), random.below(300)];
    while (list.length < 6) list.push(random.next() < 0.9 ? (list.at(-2) as number) : random.below(300));
    return list;
  });
  const events = sequencesOf(lists);
  const of = { ...shape, items: 300, types: 0, width: 8, lags: 2 };
  const training = createRecurrentTraining({ events, targets: nextItemTargets(events) }, of, { ...sampled, epochs: 6 });
  await train(training, { epochs: 6 });
  const scorer = await createRecurrentScorer(training.model, { batch: 1, threads: 1 });
  const scores = (await scorer.score(await scorer.fold(sequencesOf([[17, 250]]), Int32Array.of(0)))).slice();
  expect(scores.indexOf(Math.max(...scores))).toBe(17);
  await Promise.all([scorer.close(), training.close()]);
});

describe('one seed, the same bits', () => {
  test('also when it was stopped within an epoch, after its end, and resumed', async () => {
    const few = { ...dropped, epochs: 3 };
    const whole = createRecurrentTraining(data, shape, few);
    await train(whole, { epochs: 3 });
    for (const stopAfter of [2, whole.stepsPerEpoch, whole.stepsPerEpoch + 5]) {
      const abort = new AbortController();
      let steps = 0;
      const onProgress = () => {
        steps += 1;
        if (steps === stopAfter) abort.abort();
      };
      const first = createRecurrentTraining(data, shape, few);
      const stopped = await train(first, { epochs: 3, signal: abort.signal, onProgress });
      await first.close();
      if (stopped.kind !== 'stopped') throw new Error('ran to its end');
      const second = createRecurrentTraining(data, shape, few);
      await train(second, { epochs: 3, resume: decodeCheckpoint(encodeCheckpoint(stopped.checkpoint)) });
      expect(second.weights).toEqual(whole.weights);
      expect(second.memory).toEqual(whole.memory);
      await second.close();
    }
    await whole.close();
  });

  test('another seed, other weights; other data, another fingerprint', async () => {
    const [one, other] = [3, 4].map((seed) => createRecurrentTraining(data, shape, { ...options, seed }));
    expect(one?.weights['table']).not.toEqual(other?.weights['table']);
    const third = createRecurrentTraining(planted(2), shape, { ...options, seed: 3 });
    expect(third.fingerprint).not.toBe(one?.fingerprint);
  });
});

/** Losses of first steps that change no weight, each with its own draws and order. */
const firstLosses = async (given: RecurrentOptions, epochs: number, of: RecurrentShape): Promise<number[]> => {
  const still = { ...given, rate: { from: 0, to: 0 }, tables: { ...given.tables, from: 0, to: 0 } };
  const training = createRecurrentTraining(data, of, still);
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch += 1) losses.push((await training.step(epoch, 0)).loss);
  await training.close();
  return losses;
};
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test.each([
  ['as they are', 0, 0],
  ['smoothed', 0.1, 0],
  ['with last items', 0, 3],
])('the sampled loss is the full one in the mean, %s: corrections have the right sign', async (_, smoothing, lags) => {
  const few = { ...options, lanes: 10, times: 1, smoothing };
  const of = { ...shape, lags };
  const full = mean(await firstLosses(few, 200, of));
  const found = mean(await firstLosses({ ...few, softmax: { kind: 'sampled', draws: 8, exponent: 0.5 } }, 200, of));
  expect(Math.abs(found - full)).toBeLessThan(0.2);
});

/** Losses of an epoch that changes no weight. */
const lossesOf = async (events: EventSequences, given: RecurrentOptions, of = shape): Promise<number[]> => {
  const still = { ...given, rate: { from: 0, to: 0 }, tables: { ...given.tables, from: 0, to: 0 } };
  const training = createRecurrentTraining({ events, targets: nextItemTargets(events) }, of, still);
  const losses: number[] = [];
  for (let step = 0; step < training.stepsPerEpoch; step += 1) losses.push((await training.step(0, step)).loss);
  await training.close();
  return losses;
};

describe.each(['linear', 'gru'] as const)('the state of a %s recurrence', (recurrence) => {
  const of = { ...shape, recurrence, blocks: 2 };
  const typed = (lists: readonly (readonly number[])[]) =>
    sequencesOf(
      lists,
      lists.map((list) => list.map(() => 0)),
    );
  const one = { ...options, order: 'given' as const, lanes: 1 };

  test('is carried from step to step: six positions in one step or one by one, the same losses', async () => {
    const events = typed([[1, 5, 2, 2, 8, 0, 3]]);
    const [whole] = await lossesOf(events, { ...one, times: 6 }, of);
    const single = await lossesOf(events, { ...one, times: 1 }, of);
    expect(single.length).toBe(6);
    expect(mean(single)).toBeCloseTo(whole as number, 5);
  });

  test('knows earlier events of its sequence, none of another one', async () => {
    const lastLoss = async (lists: readonly (readonly number[])[]) =>
      (await lossesOf(typed(lists), { ...one, times: 1 }, of)).at(-1);
    expect(
      await lastLoss([
        [1, 2, 7],
        [3, 4],
      ]),
    ).toBe(
      await lastLoss([
        [8, 9, 7],
        [3, 4],
      ]),
    );
    expect(await lastLoss([[1, 2, 3, 4]])).not.toBe(await lastLoss([[8, 9, 3, 4]]));
  });
});

describe('bad input', () => {
  const make = (events: EventSequences, change: Partial<ReturnType<typeof nextItemTargets>> = {}) =>
    createRecurrentTraining({ events, targets: { ...nextItemTargets(events), ...change } }, shape, options);
  const typed = (lists: readonly (readonly number[])[]) =>
    sequencesOf(
      lists,
      lists.map((list) => list.map(() => 0)),
    );

  test('unknown items and types, missing columns, weights that are no numbers are named', () => {
    expect(() => make(typed([[1, ITEMS]]))).toThrow(`event 1 has item ${ITEMS} of ${ITEMS}`);
    expect(() => make(sequencesOf([[1, 2]], [[0, 7]]))).toThrow('event 1 has 7 of 2');
    expect(() => make(sequencesOf([[1, 2]]))).toThrow('2 events, 0 types');
    expect(() => make(typed([[1, 2]]), { weights: Float32Array.of(NaN, 0) })).toThrow('target 0 has weight NaN');
    expect(() => make({ ...typed([[1, 2]]), rowStart: Int32Array.of(0, 3, 2) })).toThrow('sequence 1 ends before');
  });

  test('types that the model does not look at are no harm', async () => {
    const training = createRecurrentTraining(data, { ...shape, types: 0 }, options);
    expect((await training.step(0, 0)).loss).toBeGreaterThan(0);
    await training.close();
  });

  test('nothing to learn from: no sequences, empty ones, one event each, searches only', () => {
    for (const lists of [[], [[], []], [[1], [2]], [[-1, -1, -1]]])
      expect(() => make(typed(lists))).toThrow('no event has a target');
  });

  test('weights of another shape, or with a NaN in them', () => {
    const start = initialWeights({ ...shape, items: ITEMS + 1 }, 1);
    expect(() => createRecurrentTraining(data, shape, options, start)).toThrow('table has 416 numbers, not [12, 32]');
    const broken = initialWeights(shape, 1);
    (broken['table'] as Float32Array)[5] = NaN;
    expect(() => createRecurrentTraining(data, shape, options, broken)).toThrow('table[5] is NaN');
  });

  test('one item in the catalogue, and a user with 10,000 events beside users with two', async () => {
    const one = typed([
      [0, 0],
      [0, 0, 0],
    ]);
    const long = typed([Array.from({ length: 10_000 }, (_, at) => at % ITEMS), [1, 2], [3, 4]]);
    for (const [events, of] of [
      [one, { ...shape, items: 1 }],
      [long, shape],
    ] as const) {
      const training = createRecurrentTraining({ events, targets: nextItemTargets(events) }, of, {
        ...options,
        lanes: 20,
        times: 20,
      });
      const outcome = await train(training, { epochs: 1 });
      expect(outcome.epochs[0]?.loss).toBeGreaterThanOrEqual(0);
      await training.close();
    }
  });
});

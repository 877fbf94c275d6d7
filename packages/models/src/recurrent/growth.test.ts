import { expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { train } from '../training/train.ts';
import { bagsOf } from './bags.fixture.ts';
import { nextItemTargets, nextOfTypeTargets } from './events.ts';
import { growModel } from './growth.ts';
import { options, plantedSequences, sequencesOf, shape } from './patterns.fixture.ts';
import { joinEvents, type Learnable, pickSequences } from './pick-events.ts';
import { replaySample, withReplay } from './replay.ts';
import { createRecurrentScorer } from './scorer.ts';
import { itemVectors } from './scoring-programs.ts';
import { initialWeights, type RecurrentModel, type Weights } from './shape.ts';
import { createRecurrentTraining } from './training.ts';

const known = { ...shape, items: 4, features: 2, width: 3, types: 0 };
const model = {
  shape: known,
  weights: { ...initialWeights(known, 1), bias: Float32Array.of(1, 2, 3, 4) } as Weights,
  itemFeatures: bagsOf([[], [0], [1], []]),
};

test("a new item stands at its features' rows and its group's mean; what was known keeps its bits", () => {
  const itemFeatures = bagsOf([[], [0], [1], [], [1], [], []]);
  const groups = Int32Array.of(0, 0, 1, -1, 0, 7, -1);
  const grown = growModel(model, { items: 7, itemFeatures, groups });
  const [before, after] = [itemVectors(model), itemVectors(grown)];
  expect(after.slice(0, 12)).toEqual(before);
  for (const [name, values] of Object.entries(model.weights)) expect(grown.weights[name]).not.toBe(values);
  expect(grown.weights['bias']).toEqual(Float32Array.of(1, 2, 3, 4, 1.5, 2.5, 2.5));
  const table = model.weights['table'] as Float32Array;
  const row = (at: number) => [...table.subarray(at * 3, at * 3 + 3)];
  const meanOf = (rows: readonly number[]) =>
    [0, 1, 2].map((i) => rows.reduce((sum, at) => sum + (row(at)[i] as number) / rows.length, 0));
  const feature = row(4 + 1);
  meanOf([0, 1]).forEach((value, i) => expect(after[12 + i]).toBeCloseTo(value + (feature[i] as number), 6));
  // a group that no known item has, and none at all: the mean of all
  for (const start of [15, 18])
    meanOf([0, 1, 2, 3]).forEach((value, i) => expect(after[start + i]).toBeCloseTo(value, 6));
});

test('a catalogue that shrank, groups of another size, features that are missing', () => {
  expect(() => growModel(model, { items: 3, groups: new Int32Array(3) })).toThrow('3 items, the model knows 4');
  expect(() => growModel(model, { items: 5, groups: new Int32Array(4) })).toThrow('5 items, 4 groups');
  expect(() => growModel(model, { items: 5, groups: new Int32Array(5) })).toThrow('give those of the grown catalogue');
});

test('a warm start: new events and as many old ones, a model that has grown goes on learning', async () => {
  const old = plantedSequences(60, 1);
  const events = sequencesOf(
    [
      [12, 13, 12, 13, 12],
      [13, 12, 13],
    ],
    [
      [0, 0, 0, 0, 0],
      [1, 1, 1],
    ],
  );
  const chosen = replaySample(old, events.items.length, createRandom(4, 903));
  const taken = chosen.reduce((sum, at) => sum + (old.rowStart[at + 1] as number) - (old.rowStart[at] as number), 0);
  expect(taken).toBeGreaterThanOrEqual(8);
  expect(taken).toBeLessThan(8 + 9);
  expect([...chosen]).toEqual([...new Set(chosen)].sort((a, b) => a - b));
  const data = withReplay(
    { events: old, targets: nextItemTargets(old) },
    { events, targets: nextItemTargets(events) },
    createRandom(4, 903),
  );
  expect(data.events.items.subarray(-8)).toEqual(events.items);
  expect(data.events.items[0]).toBe(old.items[old.rowStart[chosen[0] as number] as number]);
  const base = { shape, weights: initialWeights(shape, 2) };
  const grown = growModel(base, { items: 14, groups: new Int32Array(14) });
  const training = createRecurrentTraining(data, grown.shape, { ...options, order: 'given', lanes: 2 }, grown.weights);
  const outcome = await train(training, { epochs: 20 });
  expect(outcome.epochs.at(-1)?.loss).toBeLessThan(outcome.epochs[0]?.loss as number);
  const scorer = await createRecurrentScorer(training.model, { batch: 1, threads: 1 });
  const scores = (await scorer.score(await scorer.fold(events, Int32Array.of(1)), 1)).slice();
  expect(scores.indexOf(Math.max(...scores))).toBe(12);
  await Promise.all([scorer.close(), training.close()]);
});

test('what nothing new speaks of is kept by replay, and lost without it', async () => {
  const [PAIRS, NEW_PAIRS, ROWS] = [10, 2, 240];
  const items = 2 * PAIRS;
  /** Of each pair the first item leads to the second. */
  const learnable = (pairs: number, from: number): Learnable => {
    const events = sequencesOf(
      Array.from({ length: ROWS }, (_, row) => [from + 2 * (row % pairs), from + 2 * (row % pairs) + 1]),
    );
    return { events, targets: nextItemTargets(events) };
  };
  const [old, fresh] = [learnable(PAIRS, 0), learnable(NEW_PAIRS, items)];
  const learned = async (data: Learnable, start: RecurrentModel) => {
    const rate = { from: 3e-2, to: 1e-3 };
    const quick = { ...options, epochs: 20, rate, tables: { optimiser: 'adam', ...rate } } as const;
    const training = createRecurrentTraining(data, start.shape, quick, start.weights);
    await train(training, { epochs: 20 });
    await training.close();
    return training.model;
  };
  /** How many first items of some pairs lead to their second. */
  const right = async (model: RecurrentModel, pairs: number, from: number) => {
    const scorer = await createRecurrentScorer(model, { batch: 1, threads: 1 });
    let count = 0;
    for (let pair = 0; pair < pairs; pair += 1) {
      const first = from + 2 * pair;
      const scores = await scorer.score(await scorer.fold(sequencesOf([[first]]), Int32Array.of(0)));
      count += scores.indexOf(Math.max(...scores)) === first + 1 ? 1 : 0;
    }
    await scorer.close();
    return count;
  };
  const ofOld = { ...shape, types: 0, width: 8, items };
  const before = await learned(old, { shape: ofOld, weights: initialWeights(ofOld, 2) });
  expect(await right(before, PAIRS, 0)).toBe(PAIRS);
  const grown = items + 2 * NEW_PAIRS;
  const warm = (data: Learnable) => learned(data, growModel(before, { items: grown, groups: new Int32Array(grown) }));
  const [replayed, alone] = [await warm(withReplay(old, fresh, createRandom(4, 903))), await warm(fresh)];
  for (const model of [replayed, alone]) expect(await right(model, NEW_PAIRS, items)).toBe(NEW_PAIRS);
  expect(await right(replayed, PAIRS, 0)).toBe(PAIRS);
  expect(await right(alone, PAIRS, 0)).toBeLessThanOrEqual(PAIRS / 2);
});

test('more old events asked for than there are: all of them', () => {
  expect([...replaySample(plantedSequences(3, 1), 1e6, createRandom(1, 1))]).toEqual([0, 1, 2]);
});

test('tokens stay with their events, and a source without them has none', () => {
  const search = { ...sequencesOf([[-1, 5], [7]]), tokens: bagsOf([[3, 4], [], [9]]) };
  const plain = sequencesOf([[1]]);
  const { events } = joinEvents([
    { events: plain, targets: nextItemTargets(plain) },
    pickSequences({ events: search, targets: nextItemTargets(search) }, Int32Array.of(1, 0)),
  ]);
  expect([...events.items]).toEqual([1, 7, -1, 5]);
  expect([...(events.tokens?.rowStart ?? [])]).toEqual([0, 0, 1, 3, 3]);
  expect([...(events.tokens?.columns ?? [])]).toEqual([9, 3, 4]);
});

test('columns that one log has and another lacks are an error', () => {
  const [bare, typed] = [sequencesOf([[1]]), sequencesOf([[1]], [[0]])].map((given) => ({
    events: given,
    targets: nextItemTargets(given),
  })) as [Learnable, Learnable];
  expect(() => joinEvents([bare, typed])).toThrow(
    'events with items, types; items, types, weights beside items; items, weights',
  );
});

test('what is next, and what is bought next however far ahead; a search is neither', () => {
  const events = sequencesOf([[4, -1, 5, 6], [7]], [[0, 1, 0, 2], [2]]);
  expect([...nextItemTargets(events, (type) => type + 1).items]).toEqual([-1, 5, 6, -1, -1]);
  expect([...nextItemTargets(events, (type) => type + 1).weights]).toEqual([0, 1, 3, 0, 0]);
  expect([...nextOfTypeTargets(events, 2).items]).toEqual([6, 6, 6, -1, -1]);
});

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  bagOptions,
  DAY_MS,
  eventsOf,
  histories,
  ITEMS,
  type PlainEvent,
  SIDES,
  START,
  search,
  view,
} from './bag-events.fixture.ts';
import { createRunningBags, type RunningBag } from './running-bag.ts';
import { type AutoencoderScorer, createAutoencoderScorer } from './scorer.ts';
import { initialWeights } from './shape.ts';
import { weightedBags } from './weighted-bags.ts';

const shape = { columns: ITEMS + SIDES, items: ITEMS, hidden: 16, latent: 8, depth: 2 };
const model = { shape, weights: initialWeights(shape, 6) };
const running = createRunningBags(model, bagOptions);
const BATCH = 4;
let scorer: AutoencoderScorer;
beforeAll(async () => void (scorer = await createAutoencoderScorer(model, { batch: BATCH, threads: 1 })));
afterAll(() => scorer.close());

const foldAll = (subjects: readonly (readonly PlainEvent[])[]): RunningBag[] => {
  const events = eventsOf(subjects);
  return subjects.map((_, subject) => running.fold(events, subject));
};

test('scores are those of the bag made anew, years apart and out of order as well', () =>
  fc.assert(
    fc.asyncProperty(histories, async (subjects) => {
      const { inputs } = weightedBags(eventsOf(subjects), bagOptions, START + 5000 * DAY_MS);
      const anew = (
        await scorer.score(
          inputs,
          Int32Array.from(subjects, (_, row) => row),
        )
      ).scores.slice();
      const { scores } = await scorer.scoreRunning(foldAll(subjects));
      anew.forEach((score, at) => expect(Math.abs(score - (scores[at] as number))).toBeLessThan(1e-5));
    }),
    { numRuns: 50 },
  ));

test('moving the reference changes no bit: a sum that faded as it grew is the one made at its last reference', () => {
  fc.assert(
    fc.property(histories, (subjects) => {
      const events = eventsOf(subjects);
      foldAll(subjects).forEach((faded, subject) => {
        if (faded.power === -Infinity) return;
        const atLast = { ...running.empty(), power: faded.power };
        for (
          let event = events.rowStart[subject] as number;
          event < (events.rowStart[subject + 1] as number);
          event += 1
        )
          running.add(atLast, events, event);
        // beyond float32's smallest normal number bits are lost, of what no longer counts
        const weighty = (value: number) => (Math.abs(value) < 1e-30 ? 0 : value);
        expect(atLast.sum.map(weighty)).toEqual(faded.sum.map(weighty));
        expect([...atLast.weights]).toEqual([...faded.weights]);
        expect(atLast.squares).toBe(faded.squares);
      });
    }),
  );
});

test('the same bits whoever is scored beside them', async () => {
  const bags = foldAll([[view(0, 1), view(3, 2)], [], [search(1, 2), view(200, 5), view(201, 5)]]);
  const together = (await scorer.scoreRunning(bags)).scores.slice();
  for (const [row, bag] of bags.entries()) {
    const { scores } = await scorer.scoreRunning([bag]);
    expect(scores.slice(0, ITEMS)).toEqual(together.slice(row * ITEMS, (row + 1) * ITEMS));
  }
});

test('an event that is refused, or weighs nothing, changes nothing', () => {
  const [bag] = foldAll([[view(0, 1), view(40, 2)]]) as [RunningBag];
  const before = structuredClone(bag);
  expect(() => running.add(bag, eventsOf([[view(90, ITEMS)]]), 0)).toThrow('item 6 of 6');
  expect(() => running.add(bag, eventsOf([[search(90, 1, SIDES)]]), 0)).toThrow('side column 4 of 4');
  const poisoned = eventsOf([[search(90, 1)]]);
  poisoned.tokens?.weights.fill(Number.NaN);
  expect(() => running.add(bag, poisoned, 0)).toThrow('side column 1 of 4, weight NaN');
  running.add(bag, eventsOf([[{ ...view(90, 1), type: 4 }]]), 0);
  running.add(bag, eventsOf([[search(91)]]), 0);
  expect(bag).toEqual(before);
});

test('another catalogue, another width, or weights that are no numbers', async () => {
  expect(() => createRunningBags(model, { ...bagOptions, sides: 3 })).toThrow(
    '6 items and 3 sides, the model has 6 of 10',
  );
  const wide = { ...running.empty(), sum: new Float32Array(20) };
  await expect(scorer.scoreRunning([wide])).rejects.toThrow('a sum of 20 numbers, not 16');
  await expect(scorer.scoreRunning(foldAll([[], [], [], [], []]))).rejects.toThrow('5 users in a batch of 4');
  expect(() => running.fold(eventsOf([[]]), 1)).toThrow('no sequence 1 of 1');
  const broken = initialWeights(shape, 6);
  (broken['table'] as Float32Array)[2] = Number.NaN;
  expect(() => createRunningBags({ shape, weights: broken }, bagOptions)).toThrow('the weight table[2] is NaN');
});

import { describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../training/checkpoint.ts';
import { train } from '../training/train.ts';
import { bagsOf, groupedBags, groupOf, ITEMS, options, shape, USERS } from './groups.fixture.ts';
import { createAutoencoderScorer } from './scorer.ts';
import { initialWeights } from './shape.ts';
import { type AutoencoderOptions, createAutoencoderTraining } from './training.ts';

const bags = groupedBags();
const data = { inputs: bags, targets: bags };
const sampled: AutoencoderOptions = { ...options, softmax: { kind: 'sampled', draws: 10, exponent: 0.5 } };
const standard: AutoencoderOptions = { ...options, kl: { prior: 'standard', beta: 0.1, warmUpSteps: 20 } };
const kinds: [string, AutoencoderOptions][] = [
  ['composite prior, full softmax', options],
  ['composite prior, sampled softmax', sampled],
  ['standard prior', standard],
];

/** Share of users whose best item that they have not got is of their own group. */
const hitRate = async (model: ReturnType<typeof createAutoencoderTraining>['model']): Promise<number> => {
  const scorer = await createAutoencoderScorer(model, { batch: USERS, threads: 1 });
  const { scores } = await scorer.score(
    bags,
    Int32Array.from({ length: USERS }, (_, user) => user),
  );
  let hits = 0;
  for (let user = 0; user < USERS; user += 1) {
    const own = new Set(bags.columns.subarray(bags.rowStart[user], bags.rowStart[user + 1]));
    const open = Array.from({ length: ITEMS }, (_, item) => item).filter((item) => !own.has(item));
    const scoreOf = (item: number) => scores[user * ITEMS + item] as number;
    const best = open.reduce((leader, item) => (scoreOf(item) > scoreOf(leader) ? item : leader));
    if (best % 3 === groupOf(user)) hits += 1;
  }
  await scorer.close();
  return hits / USERS;
};

describe.each(kinds)('%s', (_, given) => {
  test('learns what goes together, from a third to nearly all', async () => {
    const training = createAutoencoderTraining(data, shape, given);
    const outcome = await train(training, { epochs: given.epochs });
    const [first, last] = [outcome.epochs[0], outcome.epochs.at(-1)];
    expect(last?.loss).toBeLessThan((first?.loss as number) - 1);
    expect(await hitRate(training.model)).toBeGreaterThan(0.95);
    await training.close();
  });

  test('one seed, the same bits, also when it was stopped within a pass and resumed', async () => {
    const few = { ...given, epochs: 3 };
    const whole = createAutoencoderTraining(data, shape, few);
    await train(whole, { epochs: 3 });
    for (const stopAfter of [2, 9, 16]) {
      const abort = new AbortController();
      let steps = 0;
      const onProgress = () => {
        steps += 1;
        if (steps === stopAfter) abort.abort();
      };
      const first = createAutoencoderTraining(data, shape, few);
      const stopped = await train(first, { epochs: 3, signal: abort.signal, onProgress });
      await first.close();
      if (stopped.kind !== 'stopped') throw new Error('ran to its end');
      const second = createAutoencoderTraining(data, shape, few);
      await train(second, { epochs: 3, resume: decodeCheckpoint(encodeCheckpoint(stopped.checkpoint)) });
      expect(second.weights).toEqual(whole.weights);
      expect(second.memory).toEqual(whole.memory);
      await second.close();
    }
    await whole.close();
  });
});

/** Losses of first steps that change no weight, each with noise, dropout and order of its own. */
const firstLosses = async (given: AutoencoderOptions, epochs: number): Promise<number[]> => {
  const still = { ...given, rate: { from: 0, to: 0 } };
  const training = createAutoencoderTraining(data, shape, still);
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch += 1) losses.push((await training.step(epoch, 0)).loss);
  await training.close();
  return losses;
};
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test('a checkpoint is not resumed on other data of the same size', async () => {
  const [one, other] = [bags, groupedBags(2)].map((given) =>
    createAutoencoderTraining({ inputs: given, targets: given }, shape, options),
  );
  expect(other?.fingerprint).not.toBe(one?.fingerprint);
  await Promise.all([one?.close(), other?.close()]);
});

test('another seed, other weights', async () => {
  const [one, other] = await Promise.all(
    [3, 4].map(async (seed) => {
      const training = createAutoencoderTraining(data, shape, { ...options, seed, epochs: 1 });
      await train(training, { epochs: 1 });
      await training.close();
      return training.weights;
    }),
  );
  expect(one?.['rows']).not.toEqual(other?.['rows']);
});

test('the sampled loss is the full one in the mean: offsets and own positives have the right sign', async () => {
  const full = mean(await firstLosses(options, 60));
  const found = mean(await firstLosses({ ...options, softmax: { kind: 'sampled', draws: 6, exponent: 0.5 } }, 60));
  expect(Math.abs(found - full)).toBeLessThan(0.25);
});

test('a batch that is not full weighs its users as a full one would', async () => {
  const [exact, padded] = await Promise.all([USERS, USERS + 13].map((batch) => firstLosses({ ...options, batch }, 1)));
  expect(padded?.[0]).toBeCloseTo(exact?.[0] as number, 4);
});

describe('bad input', () => {
  const make = (inputs: typeof bags, targets = inputs) =>
    createAutoencoderTraining({ inputs, targets }, shape, options);

  test('weights that are no numbers, unknown and repeated columns are named', () => {
    const broken = bagsOf([[1, 2], [3]]);
    broken.weights[2] = NaN;
    expect(() => make(broken)).toThrow('row 1 has weight NaN');
    expect(() => make(bagsOf([[1], [ITEMS]]))).toThrow(`row 1 has column ${ITEMS} of ${ITEMS}`);
    expect(() => make(bagsOf([[4, 5, 4]]))).toThrow('row 0 has column 4 twice');
  });

  test('no targets at all, or rows that do not belong together', () => {
    expect(() => make(bagsOf([[], []]))).toThrow('no user has a target');
    expect(() => make(bagsOf([]))).toThrow('no user has a target');
    expect(() => make(bagsOf([[1]]), bagsOf([[1], [2]]))).toThrow('inputs of 1 users, targets of 2');
  });

  test('weights of another shape, and more scores than a step can hold', () => {
    const start = initialWeights({ ...shape, columns: ITEMS + 1 }, 1);
    expect(() => createAutoencoderTraining(data, shape, options, start)).toThrow('table has 496 numbers, not [30, 16]');
    const wide = { columns: ITEMS, items: 5_000_000, hidden: 1, latent: 1, depth: 1 };
    expect(() => createAutoencoderTraining(data, wide, { ...options, batch: 500 })).toThrow('use the sampled softmax');
  });

  test('users without history or targets are passed over', async () => {
    const training = createAutoencoderTraining(
      { inputs: bagsOf([[], [1, 2], [3]]), targets: bagsOf([[5], [1, 2], []]) },
      shape,
      options,
    );
    const outcome = await train(training, { epochs: 1 });
    expect(outcome.epochs[0]?.loss).toBeGreaterThan(0);
    await training.close();
  });
});

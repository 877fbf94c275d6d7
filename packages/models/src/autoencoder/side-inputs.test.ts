import { expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { openSession } from '../training/session.ts';
import { createRowGradientSum, gatherSum } from '../training/sparse-layer.ts';
import { train } from '../training/train.ts';
import { DAY_MS, eventsOf, type PlainEvent, START, search, view } from './bag-events.fixture.ts';
import { type BagOptions, createEventRows } from './bag-events.ts';
import { normalisedBags } from './bags.ts';
import { bagsOf, GROUPS, groupOf, ITEMS, options, USERS } from './groups.fixture.ts';
import { createAutoencoderScorer } from './scorer.ts';
import { initialWeights, TABLE } from './shape.ts';
import { createTargetArrays, fillTargets } from './step-arrays.ts';
import { encoderProgram, gradientName, type StepShape } from './step-programs.ts';
import { createAutoencoderTraining } from './training.ts';
import { weightedBags } from './weighted-bags.ts';

/** Two words for each group, of which a search has one. */
const WORDS = 2 * GROUPS;
const bagOptions: BagOptions = {
  items: ITEMS,
  sides: WORDS,
  types: [1, 1],
  halfLifeMs: Infinity,
  amountShare: 0,
  amountLimits: () => undefined,
};

/** Views of items at random, which tell nothing; a search that names the group; items of the group as targets. */
const dataOf = (seed: number, searches: boolean) => {
  const random = createRandom(seed, 905);
  const histories = Array.from({ length: USERS }, (_, user): PlainEvent[] => {
    const word = groupOf(user) + GROUPS * random.below(2);
    return [view(0, random.below(ITEMS)), view(1, random.below(ITEMS)), ...(searches ? [search(2, word)] : [])];
  });
  const targets = Array.from({ length: USERS }, (_, user) => {
    const items = new Set<number>();
    while (items.size < 4) items.add(random.below(ITEMS / GROUPS) * GROUPS + groupOf(user));
    return [...items];
  });
  return {
    inputs: weightedBags(eventsOf(histories), bagOptions, START + 9 * DAY_MS).inputs,
    targets: bagsOf(targets),
  };
};
const shape = { columns: ITEMS + WORDS, items: ITEMS, hidden: 16, latent: 8, depth: 2 };

/** Share of users of another sample whose best item is of their group. */
const hitRate = async (searches: boolean): Promise<number> => {
  const training = createAutoencoderTraining(dataOf(1, searches), shape, options);
  await train(training, { epochs: options.epochs });
  const scorer = await createAutoencoderScorer(training.model, { batch: USERS, threads: 1 });
  const users = Int32Array.from({ length: USERS }, (_, user) => user);
  const { scores } = await scorer.score(dataOf(2, searches).inputs, users);
  const hits = users.filter((user) => {
    const own = scores.subarray(user * ITEMS, (user + 1) * ITEMS);
    return own.indexOf(Math.max(...own)) % GROUPS === groupOf(user);
  });
  await Promise.all([scorer.close(), training.close()]);
  return hits.length / USERS;
};

test('searches tell what items cannot', async () => {
  expect(await hitRate(false)).toBeLessThan(0.55);
  expect(await hitRate(true)).toBeGreaterThan(0.95);
});

test("the gradient of an item's and a side column's row is that of finite differences", async () => {
  const small = { columns: 12, items: 5, hidden: 4, latent: 3, depth: 2 };
  const inputs = bagsOf([
    [0, 4, 5, 9],
    [1, 9, 11],
  ]);
  inputs.weights.set([1, 2, 0.5, 3, 1, 1, 0.7]);
  const targets = bagsOf([[2, 3], [1]]);
  const rows = Int32Array.of(0, 1);
  const weights = initialWeights(small, 4);
  const table = weights[TABLE] as Float32Array;
  const step: StepShape = { shape: small, batch: 2, width: 5, entries: 3, prior: 'standard', sampled: false };
  const targetArrays = createTargetArrays(3, 2);
  fillTargets(targetArrays, targets, rows, { width: 5, column: (item) => item, own: () => 0 });
  const program = encoderProgram(step);
  const outputs = Object.fromEntries(
    program.outputs.map(({ name, shape }) => [name, new Float32Array(shape.reduce((size, axis) => size * axis, 1))]),
  );
  const first = new Float32Array(2 * 4);
  const noise = Float32Array.from({ length: 2 * 3 }, (_, at) => Math.sin(at));
  const session = await openSession(program, { threads: 1 });
  const klWeight = Float32Array.of(0.3, 0.2);
  const run = session.bind({ ...weights, ...targetArrays, ...outputs, first, noise, klWeight });
  const lossAt = async (): Promise<number> => {
    gatherSum(table, 4, normalisedBags(inputs, rows), first);
    await run();
    return outputs['loss']?.[0] as number;
  };
  await lossAt();
  const found = createRowGradientSum(12, 4).of(
    normalisedBags(inputs, rows),
    outputs[gradientName('first')] as Float32Array,
  );
  const gradient = found.values.slice(0, found.count * 4);
  const columns = [...found.rows.subarray(0, found.count)];
  expect(columns).toEqual([0, 4, 5, 9, 1, 11]);
  const STEP = 0.02;
  for (const column of [0, 5, 9, 11])
    for (let i = 0; i < 4; i += 1) {
      const place = column * 4 + i;
      const before = table[place] as number;
      table[place] = before + STEP;
      const above = await lossAt();
      table[place] = before - STEP;
      const slope = (above - (await lossAt())) / (2 * STEP);
      table[place] = before;
      expect(Math.abs(slope - (gradient[columns.indexOf(column) * 4 + i] as number))).toBeLessThan(2e-4);
    }
  await session.close();
});

test('an event brings the columns of its item along', () => {
  const itemSides = bagsOf(Array.from({ length: ITEMS }, (_, item) => [item % WORDS]));
  const row = createEventRows({ ...bagOptions, itemSides }).of(eventsOf([[view(0, 8)]]), 0);
  expect([...(row?.columns ?? [])]).toEqual([8, ITEMS + 2]);
});

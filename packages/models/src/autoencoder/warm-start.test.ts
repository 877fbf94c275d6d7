import { expect, test } from 'vitest';
import { rowsOf } from '../linear/rows-of.ts';
import { createRandom } from '../training/random.ts';
import { train } from '../training/train.ts';
import { bagsOf, GROUPS, groupedBags, groupOf, ITEMS, options, USERS } from './groups.fixture.ts';
import { growAutoencoder } from './growth.ts';
import { createAutoencoderScorer } from './scorer.ts';
import { type Autoencoder, initialWeights } from './shape.ts';
import { createAutoencoderTraining } from './training.ts';
import { autoencoderWarmStart, withReplayedUsers } from './warm-start.ts';

const SIDES = GROUPS;
const shape = { columns: ITEMS + SIDES, items: ITEMS, hidden: 16, latent: 8, depth: 3 };
const targets = groupedBags();
const everyone = Int32Array.from({ length: USERS }, (_, user) => user);

const listsOf = (bags: typeof targets): number[][] =>
  Array.from({ length: bags.rowStart.length - 1 }, (_, row) => [
    ...bags.columns.subarray(bags.rowStart[row], bags.rowStart[row + 1]),
  ]);
/** What users took, and its category as a side column behind `items` items. */
const inputsOf = (lists: readonly (readonly number[])[], items: number) =>
  bagsOf(lists.map((list) => [...list, ...new Set(list.map((item) => items + (item % GROUPS)))]));

/** Scores of all items for each user. */
const scoresOf = async (model: Autoencoder, inputs: typeof targets) => {
  const { items } = model.shape;
  const scorer = await createAutoencoderScorer(model, { batch: USERS, threads: 1 });
  const { scores } = await scorer.score(inputs, everyone);
  const rows = Array.from(everyone, (user) => scores.slice(user * items, (user + 1) * items));
  await scorer.close();
  return rows;
};

const trained = async (): Promise<Autoencoder> => {
  const training = createAutoencoderTraining({ inputs: inputsOf(listsOf(targets), ITEMS), targets }, shape, options);
  await train(training, { epochs: options.epochs });
  await training.close();
  return training.model;
};

const NEW = ITEMS + 1;
const grownItems = {
  items: ITEMS + 3,
  groups: Int32Array.from({ length: ITEMS + 3 }, (_, item) => (item === ITEMS + 2 ? -1 : item % GROUPS)),
};
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const shareOf = (users: readonly number[], holds: (user: number) => boolean) =>
  mean(users.map((u) => Number(holds(u))));
const usersOf = (group: number) => [...everyone].filter((user) => groupOf(user) === group);

test('a new item scores as its category does, at once; what was known keeps its scores', async () => {
  const model = await trained();
  const grown = growAutoencoder(model, grownItems);
  const before = await scoresOf(model, inputsOf(listsOf(targets), ITEMS));
  const after = await scoresOf(grown, inputsOf(listsOf(targets), ITEMS + 3));
  for (const user of everyone) {
    const [old, now] = [before[user], after[user]] as [Float32Array, Float32Array];
    // the sums of the first layer run over the same rows, in the same order
    expect(now.slice(0, ITEMS)).toEqual(old);
    for (const item of [ITEMS, NEW]) {
      const group = [...old].filter((_, known) => known % GROUPS === item % GROUPS);
      expect(now[item]).toBeCloseTo(mean(group), 4);
    }
    expect(now[ITEMS + 2]).toBeCloseTo(mean([...old]), 4);
  }
  // a user of new items alone is known by their categories
  const alone = await scoresOf(grown, inputsOf(usersAsNew, ITEMS + 3));
  const ofOwnGroup = (user: number) => {
    const own = alone[user] as Float32Array;
    return own.slice(0, ITEMS).indexOf(Math.max(...own.slice(0, ITEMS))) % GROUPS === groupOf(user);
  };
  expect(shareOf([...usersOf(0), ...usersOf(1)], ofOwnGroup)).toBe(1);
});
const usersAsNew = Array.from({ length: USERS }, (_, user) => (groupOf(user) === 2 ? [] : [ITEMS + groupOf(user)]));

test('after a warm start the new item leads where it was taken, and what was known is not pushed out', async () => {
  const grown = growAutoencoder(await trained(), grownItems);
  const takers = usersOf(1).map((user) => [...(listsOf(targets)[user] as number[]).slice(0, 3), NEW]);
  const fresh = { inputs: inputsOf(takers, ITEMS + 3), targets: bagsOf(takers) };
  const old = { inputs: inputsOf(listsOf(targets), ITEMS + 3), targets };
  const data = withReplayedUsers(old, fresh, createRandom(1, 906));
  const settings = { ...options, ...autoencoderWarmStart, batch: 20, epochs: 20, rate: options.rate };
  const training = createAutoencoderTraining(data, grown.shape, settings, grown.weights);
  const outcome = await train(training, { epochs: 20 });
  expect(outcome.epochs.at(-1)?.loss).toBeLessThan(outcome.epochs[0]?.loss as number);
  const scores = await scoresOf(training.model, old.inputs);
  const lists = listsOf(targets);
  /** Among the items that the user has not taken. */
  const rank = (user: number) => {
    const own = scores[user] as Float32Array;
    return own.filter((score, item) => score > (own[NEW] as number) && !lists[user]?.includes(item)).length;
  };
  expect(shareOf(usersOf(1), (user) => rank(user) === 0)).toBeGreaterThan(0.95);
  const others = [...usersOf(0), ...usersOf(2)];
  expect(shareOf(others, (user) => rank(user) >= 5)).toBeGreaterThan(0.95);
  const known = (user: number) => {
    const own = scores[user] as Float32Array;
    return own.indexOf(Math.max(...own)) % GROUPS === groupOf(user);
  };
  expect(shareOf([...everyone], known)).toBeGreaterThan(0.95);
  await training.close();
});

test('replayed: whole old users, once each, as many targets as the new ones have; the new ones last', () => {
  const lists = listsOf(targets);
  const fresh = { inputs: bagsOf([[1, 2], [3]]), targets: bagsOf([[1, 2, 4, 5, 6, 7], [3]]) };
  const data = withReplayedUsers({ inputs: inputsOf(lists, ITEMS), targets }, fresh, createRandom(1, 906));
  const [inputs, found] = [listsOf(data.inputs), listsOf(data.targets)];
  expect(inputs.slice(-2)).toEqual([[1, 2], [3]]);
  expect(found.slice(-2)).toEqual([[1, 2, 4, 5, 6, 7], [3]]);
  expect(found.slice(0, -2).flat().length).toBe(10); // 7, in users of 5
  const chosen = found.slice(0, -2).map((list) => lists.findIndex((known) => known.join() === list.join()));
  expect(new Set(chosen).size).toBe(2);
  expect(inputs.slice(0, -2)).toEqual(listsOf(rowsOf(inputsOf(lists, ITEMS), Int32Array.from(chosen))));
});

test('growth copies: a training of the grown model leaves the old one alone', () => {
  const model = { shape, weights: initialWeights(shape, 1) };
  const grown = growAutoencoder(model, { items: ITEMS, groups: new Int32Array(ITEMS) });
  expect(grown).toEqual(model);
  for (const values of Object.values(grown.weights)) values.fill(7);
  expect(model.weights).toEqual(initialWeights(shape, 1));
  expect(() => growAutoencoder(model, { items: 3, groups: new Int32Array(3) })).toThrow('3 items, the model knows 30');
  expect(() => growAutoencoder(model, { items: 31, groups: new Int32Array(30) })).toThrow('31 items, 30 groups');
});

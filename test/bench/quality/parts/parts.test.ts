import { autoencoderDefaults, recurrentDefaults } from '@nextcart/models';
import { expect, test } from 'vitest';
import type { QualityContext } from '../quality-bench.ts';
import type { Behaviour, NamedTask, Part } from '../recipe.ts';
import { bagsOf, behaviourOf } from '../sets/bags.ts';
import { autoencoderRecipe } from './autoencoder.ts';
import { contentRecipe } from './content.ts';
import { recurrentRecipe } from './recurrent.ts';
import { userNeighboursRecipe } from './user-neighbours.ts';
import { type Visits, visitRecipe } from './visits.ts';

const context: QualityContext = {
  ...{ dataFolder: '', quick: false, seed: 1, threads: 1 },
  signal: new AbortController().signal,
  log: () => undefined,
  progress: () => ({ at: () => undefined, done: () => undefined }),
};
const binary = ({ bags }: Behaviour) => bags;

const taskOf = (known: Behaviour, targets: readonly (readonly number[])[]): NamedTask => ({
  ...{ name: '', items: known.items, k: 1, denominator: 'targets', seen: known.bags, targets: bagsOf(targets) },
});

/** Scores [items] of one user. */
const scoresOf = async (part: Part, user: number, items: number): Promise<number[]> =>
  Array.from((await part.score(Int32Array.of(user))).subarray(0, items));

test('a user asks visits with the newest events, as many as are best on validation', async () => {
  // after 0 comes 1, after 2 comes 3: users who had 2 last want 3, whatever they had before it
  const known = behaviourOf(
    bagsOf([
      [0, 2],
      [0, 2],
    ]),
    4,
  );
  const visits: Visits = {
    sessions: [Int32Array.of(0, 1), Int32Array.of(0, 1), Int32Array.of(2, 3)],
    newest: (_, count) => Int32Array.of(0, 2).slice(-count),
  };
  const asked: number[][] = [];
  const setting = {
    settings: 'what follows',
    fit:
      ({ sessions }: { readonly sessions: readonly Int32Array[] }) =>
      (query: Int32Array, into: Float32Array) => {
        asked.push([...query]);
        for (const item of query)
          for (const [first, next] of sessions)
            if (first === item) into[next as number] = (into[next as number] ?? 0) + 1;
      },
  };
  const recipe = visitRecipe('v', () => visits, [
    { newest: 2, setting },
    { newest: 1, setting },
  ]);
  const { choice, part, refit } = await recipe.choose(
    { fit: known, tasks: [taskOf(known, [[3], [3]])] },
    context,
    new Map(),
  );
  expect(choice.tried.map(({ quality }) => quality)).toEqual([0, 1]);
  expect(choice.chosen).toBe('the last 1, what follows');
  expect(asked.at(-1)).toEqual([2]);
  expect(await scoresOf(part, 0, 4)).toEqual([0, 0, 0, 1]);
  expect(await scoresOf(await refit(known, new Map()), 1, 4)).toEqual([0, 0, 0, 1]);
});

test('content finds what is said to be alike, also an item that nobody had', async () => {
  const titles = ['red cup', 'blue cup', 'red lamp', 'blue lamp', 'green cup', 'green lamp'];
  const items = titles.map((title) => ({ title, category: [], brand: '', price: Number.NaN }));
  const known = behaviourOf(bagsOf([[0, 1], [0, 1], [2, 3], [2, 3], [0]]), 6);
  const recipe = contentRecipe(items, { bags: { binary }, width: [2], lambda: [0.1] });
  const { part } = await recipe.choose(
    { fit: known, tasks: [taskOf(known, [[], [], [], [], [1]])] },
    context,
    new Map(),
  );
  const scores = await scoresOf(part, 4, 6);
  expect(scores[4]).toBeGreaterThan(scores[5] as number);
  expect(scores[1]).toBeGreaterThan(scores[3] as number);
});

test('neighbours by latents give what they have, by the part in front that has a place for each user', async () => {
  const known = behaviourOf(bagsOf([[0], [0, 1], [2], [2, 3]]), 4);
  const places = [1, 0, 0.9, 0.1, 0, 1, 0.1, 0.9];
  const vae: Part = {
    score: () => Promise.reject(new Error('not asked for')),
    latents: {
      width: 2,
      of: (users) =>
        Promise.resolve(Float32Array.from([...users].flatMap((user) => places.slice(user * 2, user * 2 + 2)))),
    },
    close: () => Promise.resolve(),
  };
  const recipe = userNeighboursRecipe({ k: [1, 3], power: [1] });
  const split = { fit: known, tasks: [taskOf(known, [[1], [], [3], []])] };
  const { choice, part } = await recipe.choose(split, context, new Map([['VAE', vae]]));
  expect(choice.chosen).toBe('k 1, cosine^1');
  const [own, near, far] = await scoresOf(part, 2, 4).then(([a, , c, d]) => [c, d, a]);
  expect(near).toBeGreaterThan(0.9);
  expect(own).toBe(near);
  expect(far).toBe(0);
  await part.close();
  const squared = await userNeighboursRecipe({ k: [3], power: [2] }).choose(split, context, new Map([['VAE', vae]]));
  // item 1 by user 1 alone, whose cosine with user 2 is .1 / √.82
  expect((await scoresOf(squared.part, 2, 4))[1]).toBeCloseTo(0.01 / 0.82, 5);
  await squared.part.close();
  await expect(recipe.choose(split, context, new Map())).rejects.toThrow('no VAE in front');
});

test('what is trained has epochs by the steps that its data make of one', async () => {
  // 10 histories of 5 items: 4 positions each have a next
  const known = behaviourOf(
    bagsOf(Array.from({ length: 10 }, (_, user) => [0, 1, 2, 3, 4].map((place) => (user + place) % 8))),
    8,
  );
  const tasks = [
    taskOf(
      known,
      Array.from({ length: 10 }, (_, user) => [(user + 5) % 8]),
    ),
  ];
  const few = { tryEpochs: 1, epochs: 2, minSteps: 18 };
  const recurrent = recurrentRecipe({
    settings: {
      only: {
        ...recurrentDefaults,
        ...{ width: 8, blocks: 1, scale: 0, lags: 0, lanes: 4, times: 4, softmax: { kind: 'full' } },
      },
    },
    ...few,
  });
  const autoencoder = autoencoderRecipe({
    settings: {
      only: {
        bagsOf: binary,
        ...autoencoderDefaults,
        hidden: 8,
        latent: 4,
        depth: 1,
        batch: 4,
        softmax: { kind: 'full' },
      },
    },
    ...few,
  });
  for (const recipe of [recurrent, autoencoder]) {
    const { choice, curve, part } = await recipe.choose({ fit: known, tasks }, context, new Map());
    await part.close();
    expect([choice.chosen, curve?.quality.length]).toEqual([expect.stringContaining('epochs of 6'), 6]);
  }
});

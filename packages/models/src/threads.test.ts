/**
 * What several threads may change: nothing of what is served, in any batch; and nothing of a training that is run twice
 * with the same seed, data and number of threads. Sizes are such that the engine does divide its products.
 */
import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { bagsOf } from './autoencoder/groups.fixture.ts';
import { createAutoencoderScorer } from './autoencoder/scorer.ts';
import { initialWeights as autoencoderWeights } from './autoencoder/shape.ts';
import { autoencoderDefaults, createAutoencoderTraining } from './autoencoder/training.ts';
import { fitEdlae } from './linear/edlae.ts';
import { graphFilter, graphSpectrum } from './linear/graph-filter.ts';
import { createGraphFilterScorer } from './linear/graph-filter-scorer.ts';
import { createUserNeighbours } from './neighbours/user-neighbours.ts';
import { nextItemTargets } from './recurrent/events.ts';
import { sequencesOf } from './recurrent/patterns.fixture.ts';
import { createRecurrentScorer } from './recurrent/scorer.ts';
import { type RecurrentShape, initialWeights as recurrentWeights } from './recurrent/shape.ts';
import { createRecurrentTraining, recurrentDefaults } from './recurrent/training.ts';
import { createTopItemsScorer } from './serving/top-items.ts';
import { createRandom } from './training/random.ts';
import { train } from './training/train.ts';

const ITEMS = 700;
const SUBJECTS = 40;
const random = createRandom(1, 908);
/** Each subject's items, none twice: some have one, some dozens. */
const lists = Array.from({ length: SUBJECTS }, (_, subject) => [
  ...new Set(Array.from({ length: 1 + ((subject * 7) % 40) }, () => random.below(ITEMS))),
]);
const bags = bagsOf(lists);
const events = sequencesOf(lists);
const shape = { columns: ITEMS, items: ITEMS, hidden: 96, latent: 64, depth: 3 };
const recurrentShape: RecurrentShape = {
  ...{ items: ITEMS, features: 0, types: 0, gaps: 0, hours: 0, width: 64, blocks: 2 },
  ...{ recurrence: 'linear', scale: 0, lags: 3 },
};
const vectors = new Float32Array(ITEMS * 64);
random.fillNormal(vectors);
const subjects = Array.from({ length: SUBJECTS }, (_, subject) => subject);

/** Rows of all subjects, asked for `batch` at a time. */
const inBatches = async (batch: number, rowsOf: (some: Int32Array) => Promise<readonly ArrayLike<number>[]>) => {
  const rows: number[] = [];
  for (let start = 0; start < SUBJECTS; start += batch)
    for (const part of await rowsOf(Int32Array.from(subjects.slice(start, start + batch))))
      for (let at = 0; at < part.length; at += 1) rows.push(part[at] as number);
  return rows;
};

/** The first place whose bits are others, −1 for none: a list of all that differ helps nobody. */
const differenceIn = (some: ArrayLike<number>, others: ArrayLike<number>): number => {
  for (let at = 0; at < Math.max(some.length, others.length); at += 1) if (!Object.is(some[at], others[at])) return at;
  return -1;
};

interface Size {
  readonly batch: number;
  readonly threads: number;
}

const served: Readonly<Record<string, (size: Size) => Promise<number[]>>> = {
  'latents and scores of the autoencoder': async (size) => {
    const scorer = await createAutoencoderScorer({ shape, weights: autoencoderWeights(shape, 1) }, size);
    const found = await inBatches(size.batch, async (some) => {
      const { mu, scores } = await scorer.score(bags, some);
      return [...some].flatMap((_, row) => [
        mu.slice(row * shape.latent, (row + 1) * shape.latent),
        scores.slice(row * ITEMS, (row + 1) * ITEMS),
      ]);
    });
    await scorer.close();
    return found;
  },
  'states and scores of the recurrent model': async (size) => {
    const model = { shape: recurrentShape, weights: recurrentWeights(recurrentShape, 1) };
    const scorer = await createRecurrentScorer(model, size);
    const found = await inBatches(size.batch, async (some) => {
      const states = await scorer.fold(events, some);
      const scores = await scorer.score(states);
      return [...some].flatMap((_, row) => [
        states.subarray(row * scorer.stateSize, (row + 1) * scorer.stateSize),
        scores.slice(row * ITEMS, (row + 1) * ITEMS),
      ]);
    });
    await scorer.close();
    return found;
  },
  'scores of the graph filter': async (size) => {
    const spectrum = await graphSpectrum(bags, ITEMS, { rank: 24, seed: 1, threads: 1 });
    const filter = await graphFilter(spectrum, { alpha: 0.3, sharpening: 1, keep: 20, threads: 1 });
    const scorer = await createGraphFilterScorer(filter, size);
    const found = await inBatches(size.batch, async (some) => [
      (await scorer.score(bags, some)).slice(0, some.length * ITEMS),
    ]);
    await scorer.close();
    return found;
  },
  'the best of a catalogue': async (size) => {
    const scorer = await createTopItemsScorer({ vectors, width: 64 }, { ...size, top: 20 });
    const { items, scores } = await scorer.score(vectors.subarray(0, SUBJECTS * 64));
    await scorer.close();
    return [...items, ...scores];
  },
  'users like you': async (size) => {
    const neighbours = await createUserNeighbours(vectors, 64, { ...size, k: 10 });
    const found = await neighbours.nearest(vectors.subarray(0, SUBJECTS * 64), Int32Array.from(subjects));
    await neighbours.close();
    return found.flatMap(({ rows, cosines }) => [...rows, ...cosines]);
  },
};

describe('what is served has the same bits in any batch, on one thread or two', () => {
  test.each(Object.entries(served))('%s', async (_, of) => {
    const expected = await of({ batch: 1, threads: 1 });
    expect(expected.every(Number.isFinite)).toBe(true);
    for (const threads of [1, 2])
      for (const batch of [1, 8, 32]) {
        const found = await of({ batch, threads });
        expect({ batch, threads, differs: differenceIn(expected, found) }).toEqual({ batch, threads, differs: -1 });
      }
  });
});

type Weights = Readonly<Record<string, ArrayLike<number>>>;
const trained: Readonly<Record<string, (threads: number) => Promise<Weights>>> = {
  autoencoder: async (threads) => {
    const options = { ...autoencoderDefaults, seed: 3, threads, epochs: 2, batch: 20 };
    const training = createAutoencoderTraining({ inputs: bags, targets: bags }, shape, options);
    await train(training, { epochs: 2 });
    await training.close();
    return training.model.weights;
  },
  'recurrent model': async (threads) => {
    const options = { ...recurrentDefaults, seed: 3, threads, epochs: 2, lanes: 8, times: 8 };
    const data = { events, targets: nextItemTargets(events) };
    const training = createRecurrentTraining(data, recurrentShape, options);
    await train(training, { epochs: 2 });
    await training.close();
    return training.model.weights;
  },
  EDLAE: async (threads) => {
    const { columns, weights } = await fitEdlae(bags, ITEMS, {
      ...{ lambda: 5, dropout: 0.3, keep: 50, tileSize: 256, threads },
    });
    return { columns, weights };
  },
};

describe.skipIf(availableParallelism() < 2)('two threads: one seed and the same data, the same weights', () => {
  test.each(Object.entries(trained))('%s', async (_, of) => {
    const [one, other] = [await of(2), await of(2)];
    for (const [name, values] of Object.entries(one))
      expect([name, differenceIn(values, other[name] as ArrayLike<number>)]).toEqual([name, -1]);
  });
});

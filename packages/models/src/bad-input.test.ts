/**
 * What every model makes of input that is empty, tiny, huge or broken: a defined result, or an error that names the place.
 * The recurrent model's cases stand in its own tests, a vocabulary beyond memory's in `memory/`.
 */
import { describe, expect, test } from 'vitest';
import { bagsOf } from './autoencoder/groups.fixture.ts';
import { createAutoencoderScorer } from './autoencoder/scorer.ts';
import { initialWeights } from './autoencoder/shape.ts';
import { autoencoderDefaults, createAutoencoderTraining } from './autoencoder/training.ts';
import type { SparseRows } from './item-graph.ts';
import { fitEdlae, scoreLinear } from './linear/edlae.ts';
import { graphFilter, graphSpectrum } from './linear/graph-filter.ts';
import { createGraphFilterScorer } from './linear/graph-filter-scorer.ts';
import { createSessionKnn, vsknnWeights } from './neighbours/session-knn.ts';
import { createUserNeighbours } from './neighbours/user-neighbours.ts';
import { createScoreSheet } from './score-sheet.ts';
import { train } from './training/train.ts';

const MANY = 10_000;
const everything = Array.from({ length: MANY }, (_, item) => item);
const finite = (values: ArrayLike<number>) => expect(Array.from(values).every(Number.isFinite)).toBe(true);
const withWeight = (bags: SparseRows, at: number, weight: number): SparseRows => ({
  ...bags,
  weights: bags.weights.map((own, place) => (place === at ? weight : own)),
});

describe('autoencoder', () => {
  const options = { ...autoencoderDefaults, seed: 1, threads: 1, epochs: 1, batch: 2 };
  const shapeOf = (items: number) => ({ columns: items, items, hidden: 8, latent: 4, depth: 2 });

  test.each([
    ['one item in the catalogue, a user without history', 1, [[0], [], [0]]],
    ['a user with 10,000 events beside users with one', MANY, [everything, [3], [9]]],
  ])('%s: learns and scores', async (_, items, lists) => {
    const bags = bagsOf(lists);
    const training = createAutoencoderTraining({ inputs: bags, targets: bags }, shapeOf(items), options);
    const outcome = await train(training, { epochs: 1 });
    expect(Number.isFinite(outcome.epochs[0]?.loss)).toBe(true);
    const scorer = await createAutoencoderScorer(training.model, { batch: 3, threads: 1 });
    finite((await scorer.score(bags, Int32Array.of(0, 1, 2))).scores);
    await scorer.close();
    await training.close();
  });

  test('weights that are no numbers end a training at its first step', async () => {
    const start = initialWeights(shapeOf(5), 1);
    (start['rows'] as Float32Array)[3] = NaN;
    const bags = bagsOf([[1, 2], [3]]);
    const training = createAutoencoderTraining({ inputs: bags, targets: bags }, shapeOf(5), options, start);
    await expect(train(training, { epochs: 1 })).rejects.toThrow('the loss of epoch 0, step 0 is NaN');
    await training.close();
  });
});

describe('EDLAE', () => {
  const options = { lambda: 5, dropout: 0.3, keep: 20, threads: 1 };

  test('one item has no neighbours; a user without history has scores of 0', async () => {
    const one = await fitEdlae(bagsOf([[0], []]), 1, options);
    expect([...one.rowStart]).toEqual([0, 0]);
    const model = await fitEdlae(bagsOf([[0, 1], [], [1, 2]]), 3, options);
    const scores = new Float32Array(3).fill(9);
    scoreLinear(model, bagsOf([[]]), Int32Array.of(0), scores);
    expect([...scores]).toEqual([0, 0, 0]);
  });

  test('nobody at all: nothing goes with anything', async () => {
    const { weights } = await fitEdlae(bagsOf([]), 4, options);
    expect(weights.every((weight) => weight === 0)).toBe(true);
  });

  test('someone who has all of 1,000 items', async () => {
    const { weights } = await fitEdlae(bagsOf([everything.slice(0, 1000), [3, 4]]), 1000, options);
    finite(weights);
  });

  test('unknown and repeated items, and weights that are no numbers, are named', async () => {
    await expect(fitEdlae(bagsOf([[1], [3]]), 3, options)).rejects.toThrow('bags: row 1 has column 3 of 3');
    await expect(fitEdlae(bagsOf([[1, 2, 1]]), 3, options)).rejects.toThrow('bags: row 0 has column 1 twice');
    const broken = withWeight(bagsOf([[1, 2]]), 1, NaN);
    await expect(fitEdlae(broken, 3, options)).rejects.toThrow('bags: row 0 has weight NaN');
  });
});

describe('graph filter', () => {
  const fit = async (bags: SparseRows, items: number) => {
    const spectrum = await graphSpectrum(bags, items, { rank: 4, seed: 1, threads: 1 });
    return graphFilter(spectrum, { alpha: 0.3, sharpening: 1, keep: 20, threads: 1 });
  };
  const scoresOf = async (bags: SparseRows, items: number) => {
    const scorer = await createGraphFilterScorer(await fit(bags, items), { batch: 2, threads: 1 });
    const scores = (await scorer.score(bags, Int32Array.of(0, 1))).slice();
    await scorer.close();
    return scores;
  };

  test('one item; users without history, and items that nobody has, have scores of 0', async () => {
    finite(await scoresOf(bagsOf([[0], []]), 1));
    const scores = await scoresOf(bagsOf([[0, 1], [], [1, 2], [0, 2]]), 4);
    finite(scores);
    expect([...scores.subarray(4)]).toEqual([0, 0, 0, 0]);
    expect(scores[3]).toBe(0);
  });

  test('someone who has all of 1,000 items', async () => {
    finite(await scoresOf(bagsOf([everything.slice(0, 1000), [3, 4]]), 1000));
  });

  test('unknown and repeated items, and weights that are no numbers, are named', async () => {
    await expect(fit(bagsOf([[1], [3]]), 3)).rejects.toThrow('bags: row 1 has column 3 of 3');
    await expect(fit(bagsOf([[1, 2, 1]]), 3)).rejects.toThrow('bags: row 0 has column 1 twice');
    await expect(fit(withWeight(bagsOf([[1, 2]]), 1, NaN), 3)).rejects.toThrow('bags: row 0 has weight NaN');
  });
});

describe('neighbours', () => {
  const options = { k: 5, sample: 10, halfLife: Infinity, rarity: 1, weights: vsknnWeights };
  const sessionsOf = (lists: readonly (readonly number[])[]) => ({
    ...bagsOf(lists),
    endedAt: Float64Array.from(lists, (_, session) => session),
  });
  const scored = (lists: readonly (readonly number[])[], items: number, query: readonly number[]) => {
    const scores = new Array<number>(items).fill(0);
    const sheet = createScoreSheet((item, value) => void (scores[item] = (scores[item] as number) + value));
    createSessionKnn(sessionsOf(lists), items, options).score(Int32Array.from(query), sheet);
    return scores;
  };

  test('no sessions, empty ones, an empty query: no scores', () => {
    expect(scored([], 3, [1])).toEqual([0, 0, 0]);
    expect(scored([[], []], 3, [1])).toEqual([0, 0, 0]);
    expect(scored([[1, 2]], 3, [])).toEqual([0, 0, 0]);
    expect(scored([[0]], 1, [0])[0]).toBeGreaterThan(0);
  });

  test('sessions and queries of 10,000 events', () => {
    finite(scored([everything, [1, 2]], MANY, everything));
  });

  test('latents that are no numbers are named; nobody has no neighbours', async () => {
    const options = { k: 3, batch: 1, threads: 1 };
    const open = (latents: Float32Array) => createUserNeighbours(latents, 2, options);
    await expect(open(Float32Array.of(1, 2, NaN, 3))).rejects.toThrow('row 1 is not finite');
    const nobody = await open(new Float32Array(4));
    expect((await nobody.nearest(Float32Array.of(1, 2), Int32Array.of(-1)))[0]?.rows).toHaveLength(0);
    await expect(nobody.nearest(Float32Array.of(1, NaN), Int32Array.of(-1))).rejects.toThrow('row 0 is not finite');
  });
});

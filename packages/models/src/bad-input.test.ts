/**
 * What every model makes of input that is empty, tiny, huge or broken: a defined result, or an error that names the place.
 * The recurrent model's cases stand in its own tests; the figures of what memory a vocabulary takes, in `memory/`.
 */
import { describe, expect, test } from 'vitest';
import { bagsOf } from './autoencoder/groups.fixture.ts';
import { createAutoencoderScorer } from './autoencoder/scorer.ts';
import { initialWeights } from './autoencoder/shape.ts';
import { autoencoderDefaults, createAutoencoderTraining } from './autoencoder/training.ts';
import { type ContentSpaceData, fitContentSpace, fitRelation } from './content/content-space.ts';
import type { SparseRows } from './item-graph.ts';
import { fitEdlae, scoreLinear } from './linear/edlae.ts';
import { gramRows } from './linear/gram-rows.ts';
import { graphFilter, graphSpectrum } from './linear/graph-filter.ts';
import { createGraphFilterScorer } from './linear/graph-filter-scorer.ts';
import { truncatedSvd } from './linear/truncated-svd.ts';
import { svdMemory } from './memory/fit-memory.ts';
import { neededBytes } from './memory/memory-need.ts';
import { createSessionKnn, type SessionKnnOptions, vsknnWeights } from './neighbours/session-knn.ts';
import { createUserNeighbours } from './neighbours/user-neighbours.ts';
import { nextItemTargets } from './recurrent/events.ts';
import type { RecurrentShape } from './recurrent/shape.ts';
import { createRecurrentTraining, recurrentDefaults } from './recurrent/training.ts';
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

describe('scores of a linear model', () => {
  test('users and items that are not there, weights that are no numbers, too little room: named', async () => {
    const bags = bagsOf([
      [0, 1],
      [1, 2],
    ]);
    const model = await fitEdlae(bags, 3, { lambda: 5, dropout: 0.3, keep: 20, threads: 1 });
    const score = (asked: SparseRows, users: readonly number[], room = 3) => {
      const into = new Float32Array(room);
      scoreLinear(model, asked, Int32Array.from(users), into);
      return into;
    };
    finite(score(bags, [1]));
    expect(score(bags, [])).toEqual(new Float32Array(3));
    expect(() => score(bags, [2])).toThrow('user 2 of 2');
    expect(() => score(bags, [-1])).toThrow('user -1 of 2');
    expect(() => score(bagsOf([[3]]), [0])).toThrow('user 0 has item 3 of 3');
    expect(() => score(withWeight(bags, 3, NaN), [1])).toThrow('user 1 has weight NaN');
    expect(() => score(bags, [0, 1], 5)).toThrow('2 users, 3 items: no room in 5 numbers');
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

  test('clicks on unknown items, times that fall or are missing, options that mean nothing: named', () => {
    const open = (change: Partial<ReturnType<typeof sessionsOf>>, more: Partial<SessionKnnOptions> = {}) => {
      const sessions = {
        ...sessionsOf([
          [0, 1],
          [1, 2],
        ]),
        ...change,
      };
      return () => createSessionKnn(sessions, 3, { ...options, ...more });
    };
    expect(open({})).not.toThrow();
    expect(open({ columns: Int32Array.of(0, 1, 3, 2) })).toThrow('click 2 is on item 3 of 3');
    expect(open({ columns: Int32Array.of(0, 1) })).toThrow('sessions of clicks 0 to 4, 2 clicks');
    expect(open({ rowStart: Int32Array.of(0, 3, 2) })).toThrow('session 1 ends before it starts');
    expect(open({ endedAt: Float64Array.of(5) })).toThrow('2 sessions, 1 times that they ended at');
    expect(open({ endedAt: Float64Array.of(5, 4) })).toThrow('session 1 ended at 4, the one before it at 5');
    expect(open({ endedAt: Float64Array.of(5, NaN) })).toThrow('session 1 ended at NaN');
    expect(open({}, { k: 0 })).toThrow('the 0 nearest of 10 sessions');
    expect(open({}, { sample: NaN })).toThrow('the 5 nearest of NaN sessions');
    expect(open({}, { halfLife: NaN })).toThrow('a half-life of NaN');
    expect(open({}, { rarity: NaN })).toThrow('a rarity to the power of NaN');
  });

  test('a query of items that no session can have: no scores', () => {
    expect(scored([[0, 1]], 2, [7, -1])).toEqual([0, 0]);
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

describe('content space', () => {
  const options = { width: 4, lambda: 1, doubt: 2, seed: 1, threads: 1 };
  const data: ContentSpaceData = {
    itemFields: bagsOf([[0], [0, 1], [1], []]),
    queryFields: bagsOf([[1], []]),
    columns: 2,
    sessions: bagsOf([[0, 1], [1, 2], []]),
    clicks: bagsOf([[2], []]),
  };
  const fit = (change: Partial<ContentSpaceData> = {}, more: Partial<typeof options> = {}) =>
    fitContentSpace({ ...data, ...change }, { ...options, ...more });

  test('items that say nothing and that nobody looked at, searches without clicks: a place of finite numbers', async () => {
    const { items, place } = await fit();
    finite(items);
    finite(place(bagsOf([[], [0, 1]])));
    finite((await fit({ queryFields: bagsOf([]), clicks: bagsOf([]) })).items);
    finite((await fit({ itemFields: bagsOf([[0]]), sessions: bagsOf([[0]]), clicks: bagsOf([[0], []]) })).items);
  });

  test('sessions without a look', async () => {
    await expect(fit({ sessions: bagsOf([[], []]) })).rejects.toThrow('no session has an item');
    await expect(fit({ sessions: bagsOf([]) })).rejects.toThrow('no session has an item');
  });

  test('rows that do not fit, unknown items and columns, weights and options that are no numbers: named', async () => {
    await expect(fit({ itemFields: bagsOf([[0], [2], [1], []]) })).rejects.toThrow(
      'fields of items: entry 1 has column 2',
    );
    await expect(fit({ queryFields: bagsOf([[2], []]) })).rejects.toThrow(
      'fields of searches: entry 0 has column 2 of 2',
    );
    await expect(fit({ sessions: bagsOf([[4]]) })).rejects.toThrow('sessions: entry 0 has column 4 of 4');
    await expect(fit({ clicks: bagsOf([[2]]) })).rejects.toThrow(
      'clicks after searches: 1 rows of 1 entries, wanted 2',
    );
    const broken = withWeight(data.sessions, 2, NaN);
    await expect(fit({ sessions: broken })).rejects.toThrow('sessions: entry 2 has weight NaN');
    await expect(fit({}, { width: 0 })).rejects.toThrow('a space of 0 directions');
    await expect(fit({}, { lambda: NaN })).rejects.toThrow('lambda must be above 0, not NaN');
    await expect(fit({}, { doubt: NaN })).rejects.toThrow('doubt must be 0 or more, not NaN');
    const space = await fit();
    expect(() => space.place(bagsOf([[2]]))).toThrow('fields: entry 0 has column 2 of 2');
    const relate = (pairs: SparseRows) => () => fitRelation({ ...data, pairs, space }, { lambda: 1 });
    expect(relate(bagsOf([[1], [2], [], []]))).not.toThrow();
    expect(relate(bagsOf([[1], [2]]))).toThrow('pairs: 2 rows of 2 entries, wanted 4 rows');
  });
});

describe('a vocabulary that memory has no room for is refused before anything is made of it', () => {
  /** Nobody, in a catalogue that no machine has room for. */
  const HUGE = 1e9;
  const nobody = bagsOf([]);
  const svd = { rank: 256, seed: 1, threads: 1 };
  const linear = { lambda: 5, dropout: 0.3, keep: 200, threads: 1 };
  const [one, two] = [
    bagsOf([[0]]),
    bagsOf([
      [0, 1, 2],
      [1, 2],
    ]),
  ];
  const content = (items: SparseRows, columns: number, memoryBytes?: number) =>
    fitContentSpace(
      { itemFields: items, queryFields: nobody, columns, sessions: one, clicks: nobody },
      { width: 4, lambda: 1, doubt: 2, seed: 1, threads: 1, memoryBytes },
    );
  const bags = { inputs: one, targets: one };
  const events = { rowStart: Int32Array.of(0, 2), items: Int32Array.of(0, 0) };
  const sequences = { events, targets: nextItemTargets(events) };
  const shapes = { hidden: 600, latent: 200, depth: 2 };
  const recurrent: RecurrentShape = {
    ...{ items: HUGE, features: 0, types: 0, gaps: 0, hours: 0, width: 128, blocks: 1 },
    ...{ recurrence: 'linear', scale: 0, lags: 0 },
  };

  test.each<[string, () => unknown]>([
    ['EDLAE', () => fitEdlae(nobody, HUGE, linear)],
    ['a singular value decomposition', () => truncatedSvd(nobody, HUGE, svd)],
    ['a graph filter', () => graphSpectrum(nobody, HUGE, svd)],
    ['a content space', () => content(one, HUGE)],
    [
      'an autoencoder',
      () =>
        createAutoencoderTraining(
          bags,
          { ...shapes, columns: HUGE, items: HUGE },
          {
            ...{ ...autoencoderDefaults, seed: 1, threads: 1, epochs: 1 },
            softmax: { kind: 'sampled', draws: 4096, exponent: 0.5 },
          },
        ),
    ],
    [
      'a recurrent model',
      () => createRecurrentTraining(sequences, recurrent, { ...recurrentDefaults, seed: 1, threads: 1, epochs: 1 }),
    ],
  ])('%s, by what the machine has', async (_, make) => {
    await expect((async () => make())()).rejects.toThrow(/takes about \d+\.\d GB \(.*\), [\d.]+ GB are there: \w+/);
  });

  test.each<[string, string, (memoryBytes: number) => Promise<unknown>]>([
    ['EDLAE', 'fitting EDLAE to 3 items', (memoryBytes) => fitEdlae(two, 3, { ...linear, memoryBytes })],
    ['a decomposition', 'a singular value', (memoryBytes) => truncatedSvd(two, 3, { ...svd, memoryBytes })],
    [
      'pairs',
      'which of 3 columns stand together',
      (memoryBytes) => Promise.resolve().then(() => gramRows(two, 3, memoryBytes)),
    ],
    [
      'a graph filter',
      'a graph filter of 3 items',
      async (memoryBytes) =>
        graphFilter(await graphSpectrum(two, 3, svd), { alpha: 0.3, sharpening: 1, keep: 2, threads: 1, memoryBytes }),
    ],
    ['a content space', 'a space of 1 directions', (memoryBytes) => content(one, 1, memoryBytes)],
  ])('%s, by what it is allowed', async (_, what, fit) => {
    await expect(fit(1)).rejects.toThrow(new RegExp(`^${what}.* takes about 1?[0-9]* MB .*, 1 MB are there: `));
    await fit(1e9);
  });

  test('a decomposition for a graph filter has what its pairs leave', async () => {
    // many people, so that the decomposition takes more than the way to the pairs
    const many = bagsOf(Array.from({ length: 2000 }, () => [0, 1, 2]));
    const alone = neededBytes(svdMemory({ rows: 2000, columns: 3, entries: 6000 }, { rank: 3, width: 3 }));
    const pairs = 8 * gramRows(many, 3).columns.length;
    await graphSpectrum(many, 3, { ...svd, memoryBytes: alone + pairs });
    await expect(graphSpectrum(many, 3, { ...svd, memoryBytes: alone + pairs - 1 })).rejects.toThrow(
      'a singular value',
    );
  });
});

import { expect, test } from 'vitest';
import { createAutoencoderOpinions } from '../autoencoder/opinions.ts';
import { createAutoencoderScorer } from '../autoencoder/scorer.ts';
import { initialWeights as autoencoderWeights } from '../autoencoder/shape.ts';
import { toCommonScale } from '../fusion/common-scale.ts';
import { bagsOf } from '../recurrent/bags.fixture.ts';
import { createRecurrentOpinions } from '../recurrent/opinions.ts';
import { createRecurrentScorer } from '../recurrent/scorer.ts';
import { type RecurrentShape, initialWeights as recurrentWeights } from '../recurrent/shape.ts';
import { createRandom } from '../training/random.ts';
import { onScale, type StandardRoots } from './standard-roots.ts';
import { BLOCK } from './top-items-program.ts';

/** Fused opinions against the scores that the models' own scorers give, standardised the slow way. */

const ITEMS = 6001;
const ROWS = 9;
const random = createRandom(4, 905);
const BLOCKS = Math.ceil(ITEMS / BLOCK);
const NOBODY = new Int32Array(0);

const expectScale = (found: StandardRoots, row: number, logits: Float32Array) => {
  const z = new Float32Array(ITEMS);
  toCommonScale(logits.slice(), 'logits', NOBODY, z);
  const { roots, means, scales, places, maxima } = found;
  for (let block = 0; block < BLOCKS; block += 1)
    expect(maxima[row * BLOCKS + block]).toBeCloseTo(
      Math.max(...logits.subarray(block * BLOCK, (block + 1) * BLOCK)) / 2,
      4,
    );
  for (let item = 0; item < ITEMS; item += 1) {
    const own = ((roots[row * places + item] as number) - (means[row] as number)) * (scales[row] as number);
    expect(Math.abs(own - (z[item] as number))).toBeLessThan(2e-3 * Math.max(1, Math.abs(z[item] as number)));
  }
};
const zOf = ({ roots, means, scales, places }: StandardRoots, row: number, item: number) =>
  ((roots[row * places + item] as number) - (means[row] as number)) * (scales[row] as number);
const expectHalves = (halves: Float64Array, some: Int32Array, logits: Float32Array) => {
  halves.forEach((half, at) => {
    const [row, item] = [Math.floor(at / some.length), some[at % some.length] as number];
    expect(half).toBeCloseTo((logits[row * ITEMS + item] as number) / 2, 4);
  });
};
const rowOf = ({ roots, means, scales, places, maxima }: StandardRoots, row: number) => ({
  roots: [...roots.subarray(row * places, (row + 1) * places)],
  maxima: [...maxima.subarray(row * BLOCKS, (row + 1) * BLOCKS)],
  ...{ mean: means[row], scale: scales[row] },
});

test('recurrent: its scores with the bonus of the last items; the same bits in any batch and with any threads', async () => {
  const shape: RecurrentShape = {
    ...{ items: ITEMS, features: 0, types: 3, gaps: 0, hours: 0, width: 32, blocks: 2 },
    ...{ recurrence: 'linear', scale: 0, lags: 4 },
  };
  const weights = recurrentWeights(shape, 3);
  weights['bias']?.forEach((_, at, bias) => void (bias[at] = 2 * Math.sin(at)));
  weights['cross']?.forEach((_, at, cross) => void (cross[at] = 0.3 * Math.sin(at)));
  weights['repeat.bias']?.fill(1.5);
  const scorer = await createRecurrentScorer({ shape, weights }, { batch: ROWS, threads: 1 });
  // states as folds leave them: with fewer items than lags, and the same item twice
  const lists = Array.from({ length: ROWS }, (_, row) => Array.from({ length: row }, () => random.below(ITEMS)));
  (lists[5] as number[])[4] = (lists[5] as number[])[3] as number;
  const rowStart = new Int32Array(ROWS + 1);
  lists.forEach((list, row) => void (rowStart[row + 1] = (rowStart[row] as number) + list.length));
  const events = {
    rowStart,
    items: Int32Array.from(lists.flat()),
    types: Uint8Array.from(lists.flat(), (_, at) => at % 3),
  };
  const states = await scorer.fold(
    events,
    Int32Array.from(lists, (_, row) => row),
  );
  const logits = (await scorer.score(states, 1)).slice();
  await scorer.close();
  const one = await createRecurrentOpinions({ shape, weights }, { batch: 1, threads: 1 });
  const many = await createRecurrentOpinions({ shape, weights }, { batch: 32, threads: 2 });
  const together = await many.opine(states, 1);
  for (let row = 0; row < ROWS; row += 1) {
    expectScale(together, row, logits.subarray(row * ITEMS, (row + 1) * ITEMS));
    const state = states.subarray(row * scorer.stateSize, (row + 1) * scorer.stateSize);
    expect(rowOf(await one.opine(state, 1), 0)).toEqual(rowOf(together, row));
  }
  const some = Int32Array.of(3, 0, ITEMS - 1, lists[5]?.[3] as number);
  const halves = new Float64Array(ROWS * some.length);
  many.halvesOf(states, 1, some, halves);
  expectHalves(halves, some, logits);
  expect(onScale(together, 2, halves[2 * some.length] as number)).toBeCloseTo(zOf(together, 2, 3), 3);
  await one.close();
  await many.close();
});

test('autoencoder: its scores; the same bits in any batch and with any threads', async () => {
  const shape = { columns: ITEMS, items: ITEMS, hidden: 48, latent: 24, depth: 2 };
  const weights = autoencoderWeights(shape, 6);
  weights['rowBias']?.forEach((_, at, bias) => void (bias[at] = 3 * Math.cos(at)));
  const bagOf = (row: number) => [...new Set(Array.from({ length: 3 * row }, () => random.below(ITEMS)))];
  const lists = Array.from({ length: ROWS }, (_, row) => bagOf(row));
  const bags = bagsOf(lists);
  const scorer = await createAutoencoderScorer({ shape, weights }, { batch: ROWS, threads: 1 });
  const { scores } = await scorer.score(
    bags,
    Int32Array.from(lists, (_, row) => row),
  );
  const logits = scores.slice();
  await scorer.close();
  const one = await createAutoencoderOpinions({ shape, weights }, { batch: 1, threads: 1 });
  const many = await createAutoencoderOpinions({ shape, weights }, { batch: 32, threads: 2 });
  const together = await many.opine(await many.latentsOf(bags));
  for (let row = 0; row < ROWS; row += 1) {
    expectScale(together, row, logits.subarray(row * ITEMS, (row + 1) * ITEMS));
    expect(rowOf(await one.opine(await one.latentsOf(bagsOf([lists[row] as number[]]))), 0)).toEqual(
      rowOf(together, row),
    );
  }
  const some = Int32Array.of(3, 0, ITEMS - 1);
  const halves = new Float64Array(ROWS * some.length);
  one.halvesOf(await one.latentsOf(bags), some, halves);
  expectHalves(halves, some, logits);
  await one.close();
  await many.close();
});

test('a model that says the same of all items says nothing', async () => {
  const shape = { columns: ITEMS, items: ITEMS, hidden: 8, latent: 4, depth: 1 };
  const weights = autoencoderWeights(shape, 6);
  weights['rows']?.fill(0);
  const opinions = await createAutoencoderOpinions({ shape, weights }, { batch: 2, threads: 1 });
  expect((await opinions.opine(await opinions.latentsOf(bagsOf([[1, 2]])))).scales[0]).toBe(0);
  await opinions.close();
});

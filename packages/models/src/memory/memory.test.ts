import { describe, expect, test } from 'vitest';
import { type AutoencoderOptions, autoencoderDefaults, createAutoencoderTraining } from '../autoencoder/training.ts';
import { recurrentDefaults } from '../recurrent/training.ts';
import type { State } from '../training/state.ts';
import { edlaeMemory } from './fit-memory.ts';
import { checkMemory, type MemoryNeed, neededBytes } from './memory-need.ts';
import { autoencoderMemory, recurrentMemory } from './training-memory.ts';

const GB = 1e9;
const autoencoder = (items: number, softmax: 'full' | 'sampled') =>
  autoencoderMemory(
    { columns: items, items, hidden: 600, latent: 200, depth: 5 },
    {
      ...autoencoderDefaults,
      softmax: softmax === 'full' ? { kind: 'full' } : { kind: 'sampled', draws: 4096, exponent: 0.5 },
    },
  );
const recurrent = (items: number) =>
  recurrentMemory(
    {
      items,
      features: 20_000,
      types: 4,
      gaps: 10,
      hours: 24,
      width: 128,
      blocks: 1,
      recurrence: 'linear',
      scale: 0,
      lags: 0,
    },
    recurrentDefaults,
  );

describe('a vocabulary that memory has no room for', () => {
  test.each<[string, MemoryNeed, string]>([
    ['autoencoder', autoencoder(5_000_000, 'sampled'), 'training an autoencoder of 5000000 columns and 5000000 items'],
    ['recurrent', recurrent(20_000_000), 'training a recurrent model of 20000000 items and 20000 hashed features'],
    ['EDLAE', edlaeMemory(200_000, { keep: 200 }), 'fitting EDLAE to 200000 items'],
  ])('%s: the error has the figures and the cure', (_, need, what) => {
    expect(() => checkMemory(need, 8 * GB)).toThrow(
      new RegExp(`^${what} takes about [0-9.]+ GB \\(.*\\), 8\\.0 GB are there: .*${need.cure.slice(0, 20)}`),
    );
    expect(() => checkMemory(need, neededBytes(need))).not.toThrow();
  });

  test('the largest part is told first', () => {
    const need = { what: 'it', parts: { a: 1e6, b: 3e9, c: 2e6 }, cure: 'less' };
    expect(() => checkMemory(need, 1e9)).toThrow(
      'it takes about 3.0 GB (b 3.0 GB, c 2 MB, a 1 MB), 1.0 GB are there: less',
    );
  });
});

test('sizes of shops that were trained on small machines are let through', () => {
  for (const need of [autoencoder(20_000, 'full'), recurrent(50_000), edlaeMemory(41_000, { keep: 200 })])
    expect(() => checkMemory(need, 8 * GB)).not.toThrow();
  // 45,000² floats in half a matrix, 4 GB, and what a step of it takes
  expect(neededBytes(edlaeMemory(45_000, { keep: 200 })) / GB).toBeCloseTo(4.6, 0);
});

test('features of items cost by those of a step', () => {
  const shape = { items: 50_000, features: 4096, types: 4, gaps: 8, hours: 24, width: 64, blocks: 2, lags: 6 };
  const bytes = (entries: number) =>
    neededBytes(recurrentMemory({ ...shape, recurrence: 'linear', scale: 0 }, recurrentDefaults, entries));
  // 40 of each item, and a step has 2,000 events and 2,048 draws, targets and last items
  const more = bytes(40 * shape.items) - bytes(0);
  expect(more).toBeGreaterThan(2 * 4 * 40 * (2000 + 2048));
  expect(more).toBeLessThan(10 * 2 * 4 * 40 * (2000 + 2048 + 14_000));
  expect(
    neededBytes(recurrentMemory({ ...shape, items: 0, recurrence: 'linear', scale: 0 }, recurrentDefaults)),
  ).toBeGreaterThan(0);
});

const priors: AutoencoderOptions['kl'][] = [
  { prior: 'composite', gamma: 0.005 },
  { prior: 'standard', beta: 0.1, warmUpSteps: 20 },
];
const softmaxes: AutoencoderOptions['softmax'][] = [{ kind: 'full' }, { kind: 'sampled', draws: 64, exponent: 0.5 }];
test.each(priors.flatMap((kl) => softmaxes.map((softmax) => [kl, softmax] as const)))(
  'what a training writes down is told before, to within three hundredths: %j, %j',
  async (kl, softmax) => {
    const shape = { columns: 3000, items: 2000, hidden: 128, latent: 64, depth: 3 };
    const options: AutoencoderOptions = { ...autoencoderDefaults, seed: 1, threads: 1, kl, softmax };
    const bags = { rowStart: Int32Array.of(0, 1), columns: Int32Array.of(7), weights: Float32Array.of(1) };
    const { weights, memory, close } = createAutoencoderTraining({ inputs: bags, targets: bags }, shape, options);
    await close();
    const bytesOf = (state: State) => Object.values(state).reduce((sum, array) => sum + array.byteLength, 0);
    // the best weights lie beside the present ones; all of it is copied, and laid out
    const written = 2 * (2 * bytesOf(weights) + bytesOf(memory));
    const told = autoencoderMemory(shape, options).parts['checkpoint'] as number;
    expect(written / told).toBeGreaterThan(0.97);
    expect(written / told).toBeLessThan(1.03);
  },
);

test('a full softmax costs by the item', () => {
  const cost = (items: number) => neededBytes(autoencoder(items, 'full')) - neededBytes(autoencoder(items, 'sampled'));
  expect(cost(200_000)).toBeGreaterThan(3 * cost(60_000));
});

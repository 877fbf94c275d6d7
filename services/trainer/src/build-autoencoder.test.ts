import { expect, test } from 'vitest';
import { autoencoderOf } from './build-autoencoder.ts';
import type { DataSet } from './data-set/data-set.ts';
import { payloadOf, settings } from './trainer.fixture.ts';

const dataOf = (subjects: number) =>
  ({ rowStart: new Int32Array(subjects + 1), items: new Int32Array(0), itemIds: ['i0', 'i1'] }) as unknown as DataSet;
const epochsOf = (subjects: number, minBatches: number) => {
  const autoencoder = { ...settings.autoencoder, batch: 20, minBatches };
  const task = { payload: payloadOf(6), settings: { ...settings, autoencoder }, threads: 1, memoryBytes: 2 ** 30 };
  return autoencoderOf(dataOf(subjects), null, task).epochs;
};

test('a shop of few subjects is learned in more epochs, a large one in those of the budget', () => {
  expect(epochsOf(1000, 300)).toBe(6);
  // 5 batches an epoch
  expect(epochsOf(81, 300)).toBe(60);
  expect(epochsOf(3, 7)).toBe(7);
  expect(epochsOf(0, 7)).toBe(7);
});

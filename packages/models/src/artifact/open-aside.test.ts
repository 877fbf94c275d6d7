import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { itemVectors } from '../recurrent/scoring-programs.ts';
import { withSummedFeatures } from '../recurrent/summed-features.ts';
import { ArtifactError } from './artifact-error.ts';
import { openArtifact } from './open-artifact.ts';
import { openArtifactAside } from './open-aside.ts';
import { modelsLike, partsOf, recurrentModel } from './release.fixture.ts';
import { writeArtifact } from './write-artifact.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'aside-'));
});
afterAll(() => rm(root, { recursive: true }));

const written = async (name: string) => {
  const folder = join(root, name);
  const { hash } = await writeArtifact(folder, partsOf(await modelsLike()));
  return { folder, hash };
};

test('a release comes out of the other thread as it lies there, but for features that are in their items', async () => {
  const { folder, hash } = await written('whole');
  const { models, ...rest } = await openArtifact(folder, { hash });
  const { recurrent } = models;
  if (recurrent === undefined) throw new Error('no model');
  expect(await openArtifactAside(folder, { hash })).toEqual({
    ...rest,
    models: { ...models, recurrent: withSummedFeatures(recurrent) },
  });
});

test('what is wrong with a release is said as if it had been opened here', async () => {
  const { folder, hash } = await written('cut');
  await expect(openArtifactAside(folder, { hash: '00' })).rejects.toThrow(`has hash ${hash}, not 00`);
  await truncate(join(folder, 'recurrent', 'weights.bin'), 100);
  const error = await openArtifactAside(folder).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ArtifactError);
  expect(error).toEqual(await openArtifact(folder).catch((thrown: unknown) => thrown));
  expect(error).toMatchObject({ file: 'recurrent/weights.bin' });
});

test('summed features: the same items, searches keep their words, and once is enough', () => {
  const model = recurrentModel();
  const summed = withSummedFeatures(model);
  expect(itemVectors(summed)).toEqual(itemVectors(model));
  const { items, width } = model.shape;
  expect(summed.weights['table']?.subarray(items * width)).toEqual(model.weights['table']?.subarray(items * width));
  expect(withSummedFeatures(summed)).toBe(summed);
  expect(model.weights['table']).toEqual(recurrentModel().weights['table']);
});

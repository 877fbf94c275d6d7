import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
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

/** Says of each thread what it compiled that takes types out of sources: 2.8 MB. */
const TELLING = `
import { threadId } from 'node:worker_threads';
const { Module } = WebAssembly;
WebAssembly.Module = class extends Module {
  constructor(bytes) {
    super(bytes);
    if (bytes.length > 1e6) console.log('compiled by', threadId);
  }
};`;
test('where Node keeps what it made of sources, the thread compiles nothing that takes types out of them', async () => {
  const [telling, opening] = [join(root, 'telling.mjs'), join(root, 'opening.mjs')];
  await writeFile(telling, TELLING);
  await writeFile(
    opening,
    `const { openArtifactAside } = await import(${JSON.stringify(join(import.meta.dirname, 'open-aside.ts'))});
    for (let at = 0; at < 2; at += 1) await openArtifactAside('nowhere').catch((error) => console.log(error.problem));`,
  );
  const env = { ...process.env, NODE_COMPILE_CACHE: join(root, 'compiled') };
  const said = execFileSync(process.execPath, ['--import', telling, opening], { encoding: 'utf8', env });
  expect(said).toBe(`compiled by 0\n${'there is no release at nowhere\n'.repeat(2)}`);
});

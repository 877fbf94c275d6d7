import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelKind } from '@nextcart/contracts';
import { readCpu, writeArtifact } from '@nextcart/models';
import { untrainedAutoencoder, untrainedRecurrent } from '@nextcart/models/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mergeArtifacts } from './merge-artifacts.ts';
import { fusedWeights, modelSources, servingOf } from './serving.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merge-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const items = ['a', 'b', 'c'];
const serving = { types: ['view', 'purchase'], searchFeatures: 0, bag: { weights: [1, 2], halfLifeDays: 30 } };
const train = async (
  trained: string,
  kind: ModelKind,
  change: { models?: object; items?: string[]; settings?: Record<string, unknown> } = {},
) => {
  const known = change.items ?? items;
  const own = {
    recurrent: { recurrent: untrainedRecurrent({ items: known.length, types: 2 }) },
    autoencoder: { autoencoder: untrainedAutoencoder(known.length) },
  };
  const { hash } = await writeArtifact(join(folder, trained), {
    ...{ release: trained, createdAt: '2026-11-27T10:00:00Z', seeds: {}, trainedOn: [], metrics: [], tables: {} },
    ...{ cpu: await readCpu(), items: known, settings: change.settings ?? { serving } },
    features: [
      { name: 'gap', definition: 'time', readers: [kind] },
      { name: kind, definition: 'its own', readers: [kind] },
    ],
    models: change.models ?? own[kind],
  });
  return { kind, trained, hash, events: 9, subjects: 3, items: known.length, epochs: 1, loss: 1 };
};
const merge = (...trainings: Parameters<typeof mergeArtifacts>[1]) =>
  mergeArtifacts((trained) => join(folder, trained), trainings);

test('models, and features with all their readers, come together; how it is served follows', async () => {
  const candidate = await merge(await train('rnn', 'recurrent'), await train('vae', 'autoencoder'));
  expect(Object.keys(candidate.models).sort()).toEqual(['autoencoder', 'recurrent']);
  expect(candidate.features.map(({ name, readers }) => [name, readers])).toEqual([
    ['gap', ['recurrent', 'autoencoder']],
    ['recurrent', ['recurrent']],
    ['autoencoder', ['autoencoder']],
  ]);
  expect(modelSources(candidate)).toEqual(['recurrent', 'autoencoder']);
  const weights = fusedWeights(candidate, [0.5, 0.3, 0.2]);
  expect(weights).toMatchObject({ covisit: 5, neighbours: 15, recurrent: 0.3, autoencoder: 0.2 });
  // a part that counts for nothing is not scored
  expect(fusedWeights(candidate, [0, 0.6, 0.4])).toEqual({ recurrent: 0.6, autoencoder: 0.4 });
  expect(servingOf(candidate, weights)).toEqual({ ...serving, asked: 'view', weights });
});

test('what does not make one set of models is refused, and says why', async () => {
  const rnn = await train('one', 'recurrent');
  await expect(merge()).rejects.toThrow('no training made a model');
  await expect(merge(rnn, rnn)).rejects.toThrow('two trainings made a recurrent model');
  const other = await train('empty', 'autoencoder', {
    models: { recurrent: untrainedRecurrent({ items: 3, types: 2 }) },
  });
  await expect(merge(rnn, other)).rejects.toThrow('training empty made no autoencoder model');
  const more = await train('more', 'autoencoder', { items: [...items, 'd'] });
  await expect(merge(rnn, more)).rejects.toThrow("the trainings know other items: 3 and 4, number 3 is '' and 'd'");
  // a trainer that begins anew with other settings goes on with the cycles that there are
  const bag = { ...serving.bag, halfLifeDays: 7 };
  const seen = await train('seen', 'autoencoder', { settings: { serving: { ...serving, bag } } });
  await expect(merge(rnn, seen)).rejects.toThrow('settings.serving of seen are others');
  const made = await train('made', 'autoencoder', { settings: { serving, training: { amountShare: 0 } } });
  await expect(merge(rnn, made)).rejects.toThrow('settings.training of made are others');
});

test('a training that says nothing of how its models see events can not be served', async () => {
  const candidate = await merge(await train('mute', 'recurrent', { settings: {} }));
  expect(() => servingOf(candidate, {})).toThrow("the release's settings for serving");
});

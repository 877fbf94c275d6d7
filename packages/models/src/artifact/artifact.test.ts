import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAutoencoderScorer } from '../autoencoder/scorer.ts';
import { scoreLinear } from '../linear/edlae.ts';
import { createGraphFilterScorer } from '../linear/graph-filter-scorer.ts';
import type { EventSequences } from '../recurrent/events.ts';
import { createRecurrentScorer } from '../recurrent/scorer.ts';
import type { RecurrentModel } from '../recurrent/shape.ts';
import { decodeArrays, encodeArrays } from '../training/array-file.ts';
import { events, SEQUENCES } from './events.fixture.ts';
import type { Manifest } from './manifest.ts';
import { openArtifact } from './open-artifact.ts';
import { FORMAT, type ReleaseModels } from './parts.ts';
import { autoencoder, bags, ITEMS, modelsLike, partsOf, recurrentModel, recurrentShape } from './release.fixture.ts';
import { writeArtifact } from './write-artifact.ts';

let root: string;
let models: ReleaseModels;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'artifact-'));
  models = await modelsLike();
});
afterAll(() => rm(root, { recursive: true }));

let count = 0;
const written = async (change: Partial<ReturnType<typeof partsOf>> = {}): Promise<string> => {
  count += 1;
  const folder = join(root, `release-${count}`);
  await writeArtifact(folder, { ...partsOf(models), ...change });
  return folder;
};
const hashOf = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
const users = Int32Array.of(0, 3, 17, 29);

describe('a release', () => {
  test('opens as it was written, facts and arrays, in a folder of its final name only', async () => {
    const folder = join(root, 'whole');
    const parts = partsOf(models);
    const { hash } = await writeArtifact(folder, parts);
    expect((await readdir(root)).filter((name) => name.startsWith('whole'))).toEqual(['whole']);
    const found = await openArtifact(folder, { hash });
    const { items, features, models: given, tables, onnxBatch: _, ...facts } = parts;
    expect(found).toMatchObject({ hash, items, features, tables });
    expect(found.manifest).toMatchObject(facts);
    expect(found.models).toEqual(given);
    const listed = found.manifest.files.map(({ file }) => file);
    expect(listed).toContain('autoencoder/score.onnx');
    for (const { inputs, outputs } of found.manifest.programs)
      for (const { meaning } of [...inputs, ...outputs]) expect(meaning).not.toBe('');
  });

  test('the same parts have the same hash, others another', async () => {
    const one = await openArtifact(await written());
    expect((await openArtifact(await written())).hash).toBe(one.hash);
    expect((await openArtifact(await written({ seeds: { training: 4 } }))).hash).not.toBe(one.hash);
    await expect(openArtifact(await written(), { hash: '00' })).rejects.toThrow(`has hash ${one.hash}, not 00`);
  });

  test('scores with the bits of the models in memory', async () => {
    const opened = (await openArtifact(await written())).models as Required<ReleaseModels>;
    const all = models as Required<ReleaseModels>;
    const scoresOf = async (of: Required<ReleaseModels>) => {
      const bag = await createAutoencoderScorer(of.autoencoder, { batch: 4, threads: 1 });
      const recurrent = await createRecurrentScorer(of.recurrent, { batch: 4, threads: 1 });
      const filter = await createGraphFilterScorer(of.graphFilter, { batch: 4, threads: 1 });
      const itemBags = { ...bags, columns: bags.columns.map((column) => column % ITEMS) };
      const linear = new Float32Array(4 * ITEMS);
      scoreLinear(of.edlae, itemBags, users, linear);
      const { mu, scores } = await bag.score(bags, users);
      const next = await recurrent.score(await recurrent.fold(events, SEQUENCES), 2);
      const filtered = await filter.score(itemBags, users);
      await Promise.all([bag.close(), recurrent.close(), filter.close()]);
      return { mu, scores, next, filtered, linear };
    };
    expect(await scoresOf(opened)).toEqual(await scoresOf(all));
  });

  test('from before weekdays were told opens, and folds events that have them as ever', async () => {
    const { weekdays: _, ...shape } = recurrentShape;
    const old: RecurrentModel = { ...recurrentModel({ weekdays: 0 }), shape };
    const { models: found } = await openArtifact(await written({ models: { recurrent: old } }));
    expect(found.recurrent).toEqual(old);
    const { weekdays: __, ...before } = events;
    const statesOf = async (some: EventSequences) => {
      const scorer = await createRecurrentScorer(found.recurrent as RecurrentModel, { batch: 4, threads: 1 });
      const states = await scorer.fold(some, SEQUENCES);
      await scorer.close();
      return states;
    };
    expect(await statesOf(events)).toEqual(await statesOf(before));
  });

  test('may hold a part of the models only', async () => {
    const { models: found } = await openArtifact(
      await written({ models: { edlae: models.edlae as never }, tables: {} }),
    );
    expect(Object.keys(found)).toEqual(['edlae']);
  });
});

describe('what would not serve is not written', () => {
  const refused = async (change: Partial<ReturnType<typeof partsOf>>, message: string) => {
    const before = await readdir(root);
    await expect(written(change)).rejects.toThrow(message);
    expect(await readdir(root)).toEqual(before);
  };

  test('weights and tables that are no numbers', async () => {
    const weights = { ...autoencoder.weights, mu: (autoencoder.weights['mu'] as Float32Array).slice().fill(NaN, 3, 4) };
    await refused({ models: { autoencoder: { ...autoencoder, weights } } }, 'autoencoder/weights.bin: mu[3] is NaN');
    await refused({ tables: { some: { a: Float64Array.of(1, Infinity) } } }, 'tables/some.bin: a[1] is Infinity');
    await refused({ metrics: [{ name: 'loss', value: NaN, definition: '' }] }, 'the metric loss is NaN');
  });

  test('a vocabulary of another size, or with an item twice', async () => {
    const items = partsOf(models).items.slice(1);
    await refused({ items, models: { autoencoder } }, 'it is of 40 items, the vocabulary of 39');
    await refused({ items, models: { recurrent: recurrentModel() } }, 'it is of 40 items, the vocabulary of 39');
    await refused({ items, models: { edlae: models.edlae as never } }, 'linear/edlae.bin: it is of 40 items');
    await refused({ items: [...items, 'sku-7'] }, "items.json: the item 'sku-7' is twice");
  });

  test('a release that exists stays as it is', async () => {
    const folder = await written();
    await expect(writeArtifact(folder, partsOf({}))).rejects.toThrow('releases are never written over');
    expect((await openArtifact(folder)).items).toHaveLength(ITEMS);
  });

  test('of two who write the same release at once one has it, the other an error', async () => {
    const folder = join(root, 'contested');
    const outcomes = await Promise.allSettled([0, 1].map(() => writeArtifact(folder, partsOf(models))));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await openArtifact(folder);
    expect((await readdir(root)).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('nor is half a release by a writer who is killed on the way', async () => {
    for (const delayMs of [0, 3, 6]) {
      const folder = await mkdtemp(join(root, 'killed-'));
      const child = fork(fileURLToPath(new URL('write-releases.fixture.ts', import.meta.url)), [folder]);
      await once(child, 'message');
      await setTimeout(delayMs);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const whole = (await readdir(folder)).filter((name) => !name.includes('.partial-'));
      expect(whole.length).toBeGreaterThan(0);
      for (const name of whole) await openArtifact(join(folder, name));
    }
  });

  test('names of tables that would be paths', () => refused({ tables: { '../x': {} } }, 'no name of a table'));
});

describe('what lies there and is no release', () => {
  const spoilt = async (file: string, change: (bytes: Buffer) => Uint8Array) => {
    const folder = await written();
    await writeFile(join(folder, file), change(await readFile(join(folder, file))));
    return openArtifact(folder);
  };
  const flipped = (bytes: Buffer) => {
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] as number) ^ 1;
    return bytes;
  };
  const files = [
    'items.json',
    'features.json',
    'autoencoder/weights.bin',
    'recurrent/score.onnx',
    'linear/edlae.bin',
    'tables/co-visits.bin',
  ];

  test.each(files)('%s damaged, cut or missing', async (file) => {
    const copyAgain = 'copy the release again';
    await expect(spoilt(file, flipped)).rejects.toThrow(`${file}: it is damaged: its hash is another; ${copyAgain}`);
    await expect(spoilt(file, (bytes) => bytes.subarray(0, -1))).rejects.toThrow(`${file}: it is cut or grown`);
    const folder = await written();
    await rm(join(folder, file));
    await expect(openArtifact(folder)).rejects.toThrow(`${file}: it is missing; ${copyAgain}`);
  });

  test('a manifest that is damaged, cut, missing or has lost its sum', async () => {
    await expect(spoilt('manifest.json', (bytes) => bytes.subarray(0, 100))).rejects.toThrow(
      'manifest.json: it is damaged',
    );
    const renamed = (bytes: Buffer) => Buffer.from(bytes.toString().replace('r-1', 'r-2'));
    await expect(spoilt('manifest.json', renamed)).rejects.toThrow('manifest.json: it is damaged');
    await expect(spoilt('manifest.json.sha256', flipped)).rejects.toThrow('manifest.json: it is damaged');
    for (const file of ['manifest.json', 'manifest.json.sha256']) {
      const folder = await written();
      await rm(join(folder, file));
      await expect(openArtifact(folder)).rejects.toThrow(`${file}: it is missing`);
    }
    await expect(openArtifact(join(root, 'nowhere'))).rejects.toThrow('there is no release at');
  });

  test('numbers that are none and another vocabulary, although the hashes fit', async () => {
    const forged = async (file: string, change: (bytes: Buffer) => Uint8Array) => {
      const folder = await written();
      const bytes = change(await readFile(join(folder, file)));
      const sha256 = hashOf(bytes);
      const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest;
      const files = manifest.files.map((entry) =>
        entry.file === file ? { file, sizeBytes: bytes.length, sha256 } : entry,
      );
      const text = JSON.stringify({ ...manifest, files });
      await writeFile(join(folder, file), bytes);
      await writeFile(join(folder, 'manifest.json'), text);
      await writeFile(join(folder, 'manifest.json.sha256'), `${hashOf(text)}  manifest.json\n`);
      return openArtifact(folder);
    };
    const broken = (bytes: Buffer) => {
      const { about, arrays } = decodeArrays<object>(FORMAT, bytes);
      (arrays['mu.bias'] as Float32Array)[1] = NaN;
      return encodeArrays(FORMAT, { about, arrays });
    };
    await expect(forged('autoencoder/weights.bin', broken)).rejects.toThrow(
      'autoencoder/weights.bin: mu.bias[1] is NaN; roll back to another release',
    );
    const shorter = (bytes: Buffer) => Buffer.from(JSON.stringify((JSON.parse(bytes.toString()) as string[]).slice(1)));
    await expect(forged('items.json', shorter)).rejects.toThrow(
      'autoencoder/weights.bin: it is of 40 items, the vocabulary of 39; roll back',
    );
  });

  test('another format says which, and what reads it', async () => {
    const newer = (bytes: Buffer) => Buffer.from(bytes.toString().replace('"format": 1', '"format": 2'));
    await expect(spoilt('manifest.json', newer)).rejects.toThrow(
      'the release is of format 2, this code reads 1; serve it with the version of nextcart that wrote it',
    );
  });
});

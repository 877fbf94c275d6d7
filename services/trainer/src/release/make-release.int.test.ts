import { createHash } from 'node:crypto';
import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { insertModelRun, readModelRun } from '@nextcart/clickhouse';
import { createItemIndex, parseMeasureName } from '@nextcart/contracts';
import { decodeArrays, encodeArrays, openArtifact } from '@nextcart/models';
import { openReleaseModels } from '@nextcart/ranking';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRelease } from './make-release.ts';
import {
  good,
  itemIds,
  NOW,
  openReleaseShop,
  popularityBiased,
  type ReleaseShop,
  shuffled,
  slightlyWorse,
  sound,
} from './release.fixture.ts';

let shop: ReleaseShop;
beforeAll(async () => {
  shop = await openReleaseShop();
});
afterAll(() => shop.close());

/** A cycle over the same slice as the others, of which it is said that it was learned from more. */
const newer = { ranges: [{ partition: 0, from: 0, to: 400 }] };
const folderOf = (release: string) => join(shop.dataDir, 'releases', release);

test('what beats all baselines is released: measured, told in words and figures, and it serves', async () => {
  const children = [await shop.train('good-rnn', good()), await shop.trainAutoencoder('good-vae')];
  const result = await makeRelease(shop.deps, shop.run('r1', children));
  expect(result, result.reasons.join('\n')).toMatchObject({ release: 'r1', verdict: 'pass' });
  expect(result.reasons.join('\n')).toContain('beats trending by at least +');
  expect(result.reasons.join('\n')).toContain('beats the parts without models by at least +');
  expect(result.reasons.join('\n')).toContain('there is no snapshot of sessions');
  expect(result.reasons.join('\n')).toContain('released as it was measured: no pass over the slice');

  const artifact = await openArtifact(folderOf('r1'), { hash: result.hash as string });
  expect(artifact.manifest.settings).toMatchObject({
    serving: {
      asked: 'view',
      types: ['view', 'cart', 'purchase'],
      weights: { recurrent: expect.any(Number) as number },
    },
    cycle: { mode: 'full', champion: '', anchor: '' },
  });
  const figureOf = (wanted: string) => artifact.manifest.metrics.find(({ name }) => name === wanted);
  const candidate = figureOf('NDCG@20 candidate');
  expect(candidate?.definition).toContain('1 / log2(rank + 1)');
  expect(candidate?.low).toBeLessThan(candidate?.value as number);
  expect(candidate?.high).toBeGreaterThan(candidate?.value as number);
  // looked at beside it: of the candidate, the champion and the best baseline, each figure with what it means
  const baselines = ['the parts without models', 'trending', 'covisit', 'neighbours', 'content', 'history'];
  const ndcgOf = (name: string) => figureOf(`NDCG@20 ${name}`)?.value as number;
  const best = baselines.toSorted((a, b) => ndcgOf(b) - ndcgOf(a))[0] as string;
  const named = artifact.manifest.metrics.flatMap((one) => parseMeasureName(one.name) ?? []);
  expect([...new Set(named.filter(({ measure }) => measure !== 'NDCG@20').map(({ contender }) => contender))]).toEqual([
    ...['candidate', 'champion', best],
  ]);
  expect(figureOf('recall@20 candidate')).toMatchObject({
    value: 1,
    definition: expect.stringContaining('1 for that item where it is among the first 20') as string,
  });
  expect(figureOf('coverage@20 candidate')).toMatchObject({ value: 1, low: 1, high: 1 });
  // nobody had done 5 things
  expect(figureOf('NDCG@20 candidate, cold subjects')).toMatchObject({
    value: candidate?.value,
    definition: expect.stringContaining('fewer than 5 events') as string,
  });
  expect(figureOf('NDCG@20 candidate, warm subjects')).toBeUndefined();
  const models = await openReleaseModels(artifact, { index: createItemIndex(), threads: 1, batch: 4 });
  await models.close();

  // 40 subjects fit the chances, and each bought one of 8 things that the model expects alike
  expect(result.reasons.join('\n')).toMatch(
    /chances of next purchases are fitted on 40 purchases, at a temperature of \d/,
  );
  const { isotonic } = artifact.models.purchases ?? {};
  expect(isotonic?.heights.at(-1)).toBeGreaterThan(0.05);
  expect(isotonic?.heights.at(-1)).toBeLessThan(0.5);
  const error = figureOf('calibration error of next purchases');
  expect(error?.definition).toContain('expected calibration error');
  expect(error?.value).toBeLessThan(0.1);
  expect(error?.low).toBeLessThanOrEqual(error?.value as number);
  expect(error?.high).toBeGreaterThanOrEqual(error?.value as number);

  expect(await readModelRun(shop.store, 'r1')).toMatchObject({
    ...{ mode: 'full', verdict: 'pass', subjects: 120, requests: 120, leftOut: 1, artifactHash: result.hash },
    ...{ losses: { recurrent: 2.5, autoencoder: 2.5 }, refitted: false, reasons: result.reasons },
  });
  const [record, ...others] = await shop.records('r1');
  expect(others).toEqual([]);
  expect(record).toMatchObject({
    ...{ kind: 'released', artifactUri: `file://${folderOf('r1')}`, artifactHash: result.hash },
    ...{ trainingRange: { 0: '0-239', 1: '0-239' }, decision: result.reasons.join('\n') },
  });
  expect(record?.metrics['calibration error of next purchases']).toBe(error?.value);
  expect(record?.metrics['NDCG@20 candidate']).toBeCloseTo(candidate?.value as number, 12);
  const measured = shop.progress.filter(({ stage }) => stage === 'measure');
  expect(measured.at(-1)).toMatchObject({ done: 840, total: 840, etaSeconds: 0 });
  expect(shop.progress.at(-1)?.stage).toBe('write');
});

test('the same job again tells the same, and nothing twice', async () => {
  const before = await shop.records('r1');
  const again = await makeRelease(shop.deps, shop.run('r1', []));
  expect(again).toMatchObject({ verdict: 'pass', hash: before[0]?.artifactHash });
  expect(await shop.records('r1')).toEqual(before);
});

describe('a cycle that is killed', () => {
  const killed = new Error('killed');
  test('between its row and its record ends in the same release', async () => {
    const children = [await shop.train('k1', good())];
    const log = await shop.emptyLog();
    const dying = { ...log, publish: () => Promise.reject(killed) };
    await expect(makeRelease({ ...shop.deps, releases: dying }, shop.run('k1', children))).rejects.toBe(killed);
    const { hash } = await openArtifact(folderOf('k1'));
    const result = await makeRelease({ ...shop.deps, releases: log }, shop.run('k1', children));
    expect(result).toMatchObject({ verdict: 'pass', hash });
    expect((await log.read()).line.inForce()).toMatchObject({ releaseId: 'k1', hash });
  });

  test('between its artifact and its row ends in the same release and the same row', async () => {
    const row = await readModelRun(shop.store, 'k1');
    await shop.store.command("DELETE FROM model_runs WHERE release = 'k1'");
    const log = await shop.emptyLog();
    const result = await makeRelease({ ...shop.deps, releases: log }, shop.run('k1', []));
    expect(result).toMatchObject({ verdict: 'pass', hash: row?.artifactHash, reasons: row?.reasons });
    expect((await log.read()).line.inForce()?.hash).toBe(row?.artifactHash);
  });

  test('and rolled back meanwhile does not come back into force', async () => {
    const log = await shop.emptyLog();
    await makeRelease({ ...shop.deps, releases: log }, shop.run('k1', []));
    const [record] = (await log.read()).records;
    await log.publish({ ...(record as NonNullable<typeof record>), kind: 'rolled_back' });
    await makeRelease({ ...shop.deps, releases: log }, shop.run('k1', []));
    expect((await log.read()).line.inForce()).toBeNull();
  });
});

describe('beside a champion', () => {
  test('the same model over the same behaviour is rejected: it has nothing to offer', async () => {
    const result = await makeRelease(shop.deps, shop.run('twin', [await shop.train('twin', good(2))]));
    expect(result).toMatchObject({ verdict: 'reject', hash: null });
    expect(result.reasons.join('\n')).toContain('has learned nothing newer than the champion');
    expect(await readModelRun(shop.store, 'twin')).toMatchObject({ champion: 'r1', anchor: 'r1', artifactUri: '' });
    expect((await shop.records('twin'))[0]).toMatchObject({ kind: 'rejected', artifactUri: null });
  });

  test('the same model over newer behaviour passes, and its anchor stays the full training', async () => {
    const parent = { release: 'r1', hash: 'x' };
    const children = [await shop.train('warm', good()), await shop.trainAutoencoder('warm-vae')];
    const run = shop.run('warm', children, { ...newer, parent });
    const result = await makeRelease(shop.deps, run);
    expect(result, result.reasons.join('\n')).toMatchObject({ verdict: 'pass' });
    const next = await makeRelease(shop.deps, shop.run('next', [await shop.train('next', good(3))], newer));
    expect(await readModelRun(shop.store, 'next'), next.reasons.join('\n')).toMatchObject({
      ...{ champion: 'warm', anchor: 'r1' },
    });
  });

  test('a champion whose artifact is gone is told of, and the ranker without models stands for it', async () => {
    const log = await shop.emptyLog();
    const deps = { ...shop.deps, releases: log };
    await makeRelease(deps, shop.run('lost', [await shop.train('lost', good())]));
    await rm(folderOf('lost'), { recursive: true });
    const result = await makeRelease(deps, shop.run('after', [await shop.train('after', good())]));
    expect(result.verdict).toBe('pass');
    expect(result.reasons.join('\n')).toMatch(
      /the release in force, lost, can't be compared with: there is no release at/,
    );
  });

  test('so is one that can not be served, and the candidate is judged all the same', async () => {
    const log = await shop.emptyLog();
    const deps = { ...shop.deps, releases: log };
    await makeRelease(deps, shop.run('served', [await shop.train('served', good())]));
    // an artifact of a training: nothing in it says what lists ask for
    const { hash } = await shop.train('mute', good());
    await cp(join(shop.dataDir, 'trained', 'mute'), folderOf('mute'), { recursive: true });
    const [record] = (await log.read()).records;
    const artifactUri = pathToFileURL(folderOf('mute')).href;
    await log.publish({
      ...(record as NonNullable<typeof record>),
      releaseId: 'mute',
      artifactUri,
      artifactHash: hash,
    });
    expect((await log.read()).line.inForce()?.releaseId).toBe('mute');
    const result = await makeRelease(deps, shop.run('after mute', [await shop.train('after mute', good())]));
    expect(result.verdict, result.reasons.join('\n')).toBe('pass');
    expect(result.reasons.join('\n')).toContain(
      "the release in force, mute, can't be compared with: the release's settings for serving: asked for undefined",
    );
  });
});

test("a day's alpha is spent by the shop's own days: those of a replay, not those of its trainer", async () => {
  const [today, day] = [Date.now(), 86_400_000];
  const spend = async (name: string, shopTime: number, at: number) => {
    const row = await readModelRun(shop.store, 'r1');
    if (row === null) throw new Error('r1 was released');
    for (const look of [1, 2, 3, 4, 5])
      await insertModelRun(shop.store, { ...row, release: `${name}-${look}`, at, shopTime, alphaSpent: 0.01 });
  };
  const claimOf = async (jobId: string) => {
    const deps = { ...shop.deps, releases: await shop.emptyLog() };
    await makeRelease(deps, shop.run(jobId, [await shop.train(jobId, good())]));
    return readModelRun(shop.store, jobId);
  };
  await shop.store.command("DELETE FROM model_runs WHERE alpha_spent > 0 AND release != 'r1'");
  await spend('other', NOW - day, today);
  const free = await claimOf('free');
  expect(free?.shopTime).toBe(NOW + 959_000);
  expect(free?.alphaSpent).toBeGreaterThan(0);
  await spend('same', NOW, today - 365 * day);
  const spent = await claimOf('spent');
  expect(spent?.alphaSpent).toBe(0);
  expect(spent?.reasons.join('\n')).toContain("looks have spent the day's alpha");
  await shop.store.command("DELETE FROM model_runs WHERE release LIKE 'same-%'");
});

test('on too few subjects it waits: nothing is written or put in force, and the figures are told all the same', async () => {
  const deps = { ...shop.deps, gate: { ...shop.deps.gate, minSubjects: 121 } };
  const result = await makeRelease(deps, shop.run('few', [await shop.train('few', good())]));
  expect(result).toMatchObject({ verdict: 'wait', hash: null });
  expect(result.reasons[0]).toBe('waits: 120 subjects of 121');
  expect((await readModelRun(shop.store, 'few'))?.metrics).toHaveProperty(['NDCG@20 candidate']);
  await expect(openArtifact(folderOf('few'))).rejects.toThrow('there is no release');
});

test('with too few purchases it says nothing of next purchases, and why; other chances are not kept', async () => {
  const log = await shop.emptyLog();
  const deps = { ...shop.deps, releases: log, gate: { ...shop.deps.gate, minPurchases: 41 } };
  const result = await makeRelease(deps, shop.run('silent', [await shop.train('silent', good())]));
  expect(result.verdict, result.reasons.join('\n')).toBe('pass');
  expect(result.reasons.join('\n')).toContain(
    'nothing is said of next purchases: 40 purchases are too few to fit chances on: 41 are wanted',
  );
  const { models, manifest } = await openArtifact(folderOf('silent'), { hash: result.hash as string });
  expect(models.purchases).toBeUndefined();
  expect(manifest.metrics.map(({ name }) => name)).not.toContain('calibration error of next purchases');
});

describe('poisoned', () => {
  const rejected = async (jobId: string, children: Parameters<ReleaseShop['run']>[1]) => {
    const result = await makeRelease(shop.deps, shop.run(jobId, children, newer));
    expect(result).toMatchObject({ verdict: 'reject', hash: null });
    expect((await shop.records(jobId))[0]).toMatchObject({ kind: 'rejected', decision: result.reasons.join('\n') });
    return result.reasons.join('\n');
  };
  const inForce = async () => (await shop.log.read()).line.inForce()?.releaseId;
  let champion: string | undefined;
  beforeAll(async () => void (champion = await inForce()));
  const partOf = (trained: string) => join(shop.dataDir, 'trained', trained, 'recurrent', 'weights.bin');

  test('a model whose labels were shuffled does not pass, whatever the fusion makes of it', async () => {
    expect(await rejected('shuffled', [await shop.train('shuffled', shuffled())])).toContain('inferior to the anchor');
  });

  test('a model that only knows what is looked at most does not pass', async () => {
    const words = await rejected('popular', [await shop.train('popular', popularityBiased())]);
    expect(words).toContain('inferior to the anchor');
    expect(await inForce()).toBe(champion);
  });

  test('a model that is 5 % worse than the champion does not pass, though it beats all that count', async () => {
    const log = await shop.emptyLog();
    const deps = { ...shop.deps, releases: log };
    const best = await makeRelease(deps, shop.run('sound', [await shop.train('sound', sound())]));
    expect(best.verdict, best.reasons.join('\n')).toBe('pass');
    const children = [await shop.train('five-percent', slightlyWorse())];
    const result = await makeRelease(deps, shop.run('five-percent', children, newer));
    expect(result).toMatchObject({ verdict: 'reject', hash: null });
    expect(result.reasons.join('\n')).toContain('inferior to the anchor');
    expect(result.reasons.join('\n')).toContain('beats the parts without models by at least +');
    const { metrics } = (await readModelRun(shop.store, 'five-percent')) ?? {};
    const ndcg = (who: string) => metrics?.[`NDCG@20 ${who}`]?.value as number;
    expect(ndcg('candidate') / ndcg('champion')).toBeGreaterThan(0.93);
    expect(ndcg('candidate') / ndcg('champion')).toBeLessThan(0.97);
    expect((await log.read()).line.inForce()?.releaseId).toBe('sound');
  });

  test('an artifact that is cut short, or another than its training wrote, is rejected in words', async () => {
    const cut = await shop.train('cut', good());
    await truncate(partOf('cut'), 100);
    expect(await rejected('cut', [cut])).toMatch(
      /recurrent\/weights\.bin: it is cut or grown: 100 bytes instead of \d+/,
    );
    const other = { ...(await shop.train('other', good())), hash: 'f'.repeat(64) };
    expect(await rejected('other', [other])).toMatch(/the release has hash [0-9a-f]{64}, not f{64}/);
    expect(await rejected('gone', [{ ...other, trained: 'nowhere' }])).toContain('there is no release at');
    expect(await rejected('none', [])).toContain('no training made a model');
  });

  test('weights that are no numbers are rejected, though their hashes are right', async () => {
    const child = await shop.train('nan', good());
    const format = { name: 'model', magic: 'NCMD', version: 1 };
    const { about, arrays } = decodeArrays<object>(format, await readFile(partOf('nan')));
    arrays['weights.bias']?.fill(Number.NaN);
    const bytes = encodeArrays(format, { about, arrays });
    await writeFile(partOf('nan'), bytes);
    const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex');
    const file = join(shop.dataDir, 'trained', 'nan', 'manifest.json');
    const manifest = JSON.parse(await readFile(file, 'utf8')) as { files: { file: string; sha256: string }[] };
    for (const entry of manifest.files) if (entry.file === 'recurrent/weights.bin') entry.sha256 = sha256(bytes);
    const text = JSON.stringify(manifest);
    await writeFile(file, text);
    await writeFile(`${file}.sha256`, `${sha256(text)}  manifest.json\n`);
    expect(await rejected('nan', [{ ...child, hash: sha256(text) }])).toMatch(
      /recurrent\/weights\.bin: weights\.bias\[0\] is NaN/,
    );
  });

  test('models of another catalogue are rejected: nothing of what they expect can be shown', async () => {
    const foreign = itemIds.map((id) => `of another shop ${id}`);
    const words = await rejected('foreign', [await shop.trainAutoencoder('foreign', foreign)]);
    expect(words).toContain('inferior to the anchor');
    expect(words).toContain('does not beat the parts without models');
    expect(await inForce()).toBe(champion);
  });

  test('models that know other items than each other are rejected', async () => {
    const children = [await shop.train('some', good()), await shop.trainAutoencoder('others', itemIds.toReversed())];
    expect(await rejected('mixed', children)).toContain("number 0 is 'i0' and 'i39'");
  });
});

describe('the pass over the slice', () => {
  const refitted = async (jobId: string, model: ReturnType<typeof good>, loss: number) => {
    const log = await shop.emptyLog();
    const refit = async ({ name }: { name: string }) => shop.train(name, model, { loss });
    const result = await makeRelease(
      { ...shop.deps, releases: log, refit },
      shop.run(jobId, [await shop.train(jobId, good())]),
    );
    const { models } = await openArtifact(folderOf(jobId), { hash: result.hash as string });
    return { reasons: result.reasons.join('\n'), bias: models.recurrent?.weights['bias'] };
  };

  test('within its bands is what is released', async () => {
    const moved = good();
    moved.weights['bias']?.forEach((value, at, bias) => void (bias[at] = value * 1.01));
    const { reasons, bias } = await refitted('within', moved, 2.6);
    expect(reasons).toContain('learned the slice too, within its bands');
    expect(bias).toEqual(moved.weights['bias']);
    expect(await readModelRun(shop.store, 'within')).toMatchObject({
      ...{ refitted: true, losses: { recurrent: 2.5, 'recurrent over the slice': 2.6 } },
    });
    await expect(openArtifact(join(shop.dataDir, 'trained', 'within-candidate'))).rejects.toThrow(
      'there is no release',
    );
  });

  test('beyond its bands of loss or quality is thrown away, and what was measured is released', async () => {
    const { reasons, bias } = await refitted('loss', good(2), 3.8);
    expect(reasons).toContain("after the pass the recurrent model's loss was 3.8000, above 3.7500");
    expect(bias).toEqual(good().weights['bias']);
    const worse = await refitted('worse', shuffled(), 2.4);
    expect(worse.reasons).toMatch(/after the pass NDCG over the slice itself fell from 0\.\d+ to 0\.\d+/);
    expect(worse.bias).toEqual(good().weights['bias']);
  });

  test('that fails is told of, and what was measured is released', async () => {
    const log = await shop.emptyLog();
    const refit = () => Promise.reject(new Error('its budget of 60 s is spent'));
    const run = shop.run('failed', [await shop.train('failed', good())]);
    const result = await makeRelease({ ...shop.deps, releases: log, refit }, run);
    expect(result.verdict).toBe('pass');
    expect(result.reasons.join('\n')).toContain('the pass over the slice failed: its budget of 60 s is spent');
  });
});

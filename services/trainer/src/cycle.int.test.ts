import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '@nextcart/clickhouse';
import { insertTestEvents } from '@nextcart/clickhouse/testing';
import { modelKinds, type ParentRelease, type TrainPayload, trainingIdOf } from '@nextcart/contracts';
import { catalogueFields, fieldDefaults, writeArtifact } from '@nextcart/models';
import { systemClock } from '@nextcart/runtime';
import type { Job } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CATALOG_ID, type OwnTrainer, plan, startOwnTrainer, trainedRelease } from './cycle.fixture.ts';
import { EVENT_BYTES } from './data-set/data-memory.ts';
import { needsIdOf } from './job-ids.ts';
import { refitSlice } from './refit-slice.ts';
import { releaseRecord } from './release/release-log.ts';
import { sameSight, servingSettings } from './serving-settings.ts';
import {
  failureOf,
  jobOf,
  openShop,
  payloadOf,
  resultOf,
  type Shop,
  settings,
  TOPIC_ID,
  until,
  walkers,
} from './trainer.fixture.ts';

let shop: Shop;
let own: OwnTrainer | undefined;
beforeAll(async () => {
  shop = await openShop();
});
afterEach(async () => {
  await own?.close();
  own = undefined;
});
afterAll(() => shop.close());

const thing = (at: number, kind: string) => ({
  ...{ title: `${kind} thing ${at}`, category: ['Things', at % 2 === 0 ? 'even' : 'odd'], brand: '' },
  price: kind === 'plain' ? at + 1 : 50 - at,
});
/** `at`: when the records were appended, epoch ms. */
const insertThings = (store: Store, { count, kind, at }: { count: number; kind: string; at: number }): Promise<void> =>
  store.insertRows(
    'catalog',
    Array.from({ length: count }, (_, i) => {
      const { title, category, price } = thing(i, kind);
      const place = { topic_id: CATALOG_ID, partition: 0, offset: at + i, appended_at: (at / 1000).toFixed(3) };
      return { ...place, outcome: 'accepted', item_id: `i${i}`, title, category, price: price.toFixed(4) };
    }),
    { token: kind },
  );
const featuresOf = (items: readonly string[], kind: string) => {
  const catalogue = new Map(items.map((id) => [id, thing(Number(id.slice(1)), kind)]));
  const { category, price } = fieldDefaults;
  const options = { buckets: settings.searchFeatures, weights: { words: 0, grams: 0, category, brand: 0, price } };
  return catalogueFields(items, catalogue, options);
};

const planned = async (mode: 'full' | 'warm') =>
  resultOf<'plan-cycle'>(shop.queue, await shop.queue.plan({ ...plan, mode }));

describe('a cycle from plan to end', () => {
  let first: string;
  test('a log that has hardly begun is waited for, and the plan says so', async () => {
    own = await startOwnTrainer(shop, { firstEvents: 1441 });
    expect(await planned('warm')).toEqual({ jobId: null, why: '1440 positions are new, 1441 are wanted' });
  });

  test('both models learn from all but the newest slice, know the same items, and come to one decision', async () => {
    own = await startOwnTrainer(shop);
    const { jobId } = await planned('full');
    first = jobId as string;
    const release = await resultOf<'release'>(shop.queue, first);
    expect(release).toMatchObject({ release: first, verdict: expect.stringMatching(/wait|reject|pass/) as string });
    const { ranges, slice } = (await jobOf<'release'>(shop.queue, first)).data;
    expect(ranges.map(({ from }) => from)).toEqual([0, 0]);
    expect(slice).toEqual(ranges.map(({ partition, to }) => ({ partition, from: to, to: 720 })));
    // a fifth of 120 subjects, one after the other
    expect(slice.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(1440 / 5);
    const trained = await Promise.all(modelKinds.map((kind) => shop.trained(trainingIdOf(first, kind))));
    for (const [at, kind] of modelKinds.entries()) {
      const { items, models, manifest } = trained[at] as (typeof trained)[number];
      expect(Object.keys(models)).toEqual([kind]);
      expect(items).toEqual(trained[0]?.items);
      expect(manifest.settings['serving']).toEqual(servingSettings(settings));
      const result = await resultOf(shop.queue, trainingIdOf(first, kind));
      expect(result).toMatchObject({ kind, events: 1440 * 0.8, subjects: 96, epochs: kind === 'recurrent' ? 3 : 6 });
    }
  });

  test('planned again over the same log it is the same cycle, which has ended', async () => {
    own = await startOwnTrainer(shop);
    expect(await planned('full')).toEqual({ jobId: first, why: null });
    expect(await own.completed('train')).toBe(0);
  });

  test('a plan that its trainer died over is made by the one that takes it over, and by nobody else meanwhile', async () => {
    const planId = await shop.queue.plan({ ...plan, mode: 'full' });
    const { notes } = shop.queue;
    const other = () => notes.alone('cycle', 'another plan', async () => 'made');
    await new Promise<void>((taken) => {
      void notes.alone('cycle', planId, () => {
        taken();
        return new Promise(() => {}); // it dies
      });
    });
    expect(await other()).toBeUndefined();
    own = await startOwnTrainer(shop);
    expect(await resultOf<'plan-cycle'>(shop.queue, planId)).toEqual({ jobId: first, why: null });
    expect(await other()).toBe('made');
  });

  test('without a release in force a warm plan is a full one, not made again for hardly more events', async () => {
    own = await startOwnTrainer(shop);
    expect(await planned('warm')).toEqual({ jobId: null, why: expect.stringMatching(/^none is in force/) as string });
  });

  test('a training that fails for good ends its cycle with the reason', async () => {
    const ranges = [{ partition: 0, from: 0, to: 720 }];
    const payload: TrainPayload = payloadOf(2, { ranges });
    // a parent that is not there
    const parent = { release: 'release-0', hash: 'none' };
    const cycle = await shop.queue.addCycle({
      trainings: [
        { ...payload, parent },
        { ...payload, kind: 'autoencoder' },
      ],
      release: { parent: null, topicId: TOPIC_ID, ranges, slice: [], seed: 1, budget: payload.budget },
    });
    own = await startOwnTrainer(shop);
    await expect(resultOf<'release'>(shop.queue, cycle)).rejects.toThrow(
      /a training of its cycle failed: .*there is no release at/,
    );
    expect(await resultOf<'needs'>(shop.queue, needsIdOf(cycle))).toEqual({
      ...{ kind: 'nothing', why: 'its cycle released nothing' },
    });
    const told = { cancelled: false, attempts: 1, reason: expect.stringContaining('there is no release at') as string };
    expect(await failureOf(shop.store, cycle)).toMatchObject([{ job: 'release', ...told }]);
    expect(await failureOf(shop.store, trainingIdOf(cycle, 'recurrent'))).toMatchObject([{ job: 'train', ...told }]);
  });
});

test('the end of a cycle that takes longer than it may is tried again, then kept with the limit that ended it', async () => {
  const queueSettings = { concurrency: 2, lockMs: 5000, attempts: 2, retryMs: 100, keepJobs: 50, limitMs: 600 };
  own = await startOwnTrainer(shop, {}, { queueSettings });
  const { budget } = payloadOf(1);
  const slice = [{ partition: 0, from: 0, to: 5000 }]; // the store waits for it
  const cycle = await shop.queue.addCycle({
    trainings: [],
    release: { parent: null, topicId: TOPIC_ID, ranges: [], slice, seed: 1, budget },
  });
  await expect(resultOf<'release'>(shop.queue, cycle)).rejects.toThrow(
    'its 0.01 minutes are over (TRAINER_JOB_MINUTES), which an attempt may take',
  );
  expect((await jobOf(shop.queue, cycle)).attemptsMade).toBe(3);
});

test('a trainer that stops gives back what it waits over, and does not take it again', async () => {
  const { budget } = payloadOf(1);
  for (const at of [1, 2, 3, 4]) {
    // what is taken again would wait until its time is over, and have failed
    const queueSettings = { concurrency: 2, lockMs: 5000, attempts: 2, retryMs: 60_000, keepJobs: 50, limitMs: 3000 };
    own = await startOwnTrainer(shop, {}, { queueSettings });
    const slice = [{ partition: 0, from: 0, to: 5000 + at }];
    const cycle = await shop.queue.addCycle({
      trainings: [],
      release: { parent: null, topicId: TOPIC_ID, ranges: [], slice, seed: 1, budget },
    });
    await until('it is taken', async () => (await jobOf(shop.queue, cycle)).processedOn !== undefined);
    await own.close();
    own = undefined;
    const job = (await jobOf(shop.queue, cycle)) as Job;
    expect([await job.getState(), job.failedReason]).toEqual(['waiting', undefined]);
    await job.remove();
  }
});

test('a full cycle is planned over the newest events that memory has room for, in all partitions alike', async () => {
  own = await startOwnTrainer(shop, {}, { memoryBytes: 2 * 720 * EVENT_BYTES });
  const { jobId } = await resultOf<'plan-cycle'>(shop.queue, await shop.queue.plan({ ...plan, mode: 'full', seed: 2 }));
  const { ranges, slice } = (await jobOf<'release'>(shop.queue, jobId as string)).data;
  // the second half of the subjects, who come one after the other
  expect(ranges.map(({ from }) => from)).toEqual([360, 360]);
  expect(slice).toEqual(ranges.map(({ partition, to }) => ({ partition, from: to, to: 720 })));
  expect(slice.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(720 / 5);
  // its models have no room there
  await expect(resultOf<'release'>(shop.queue, jobId as string)).rejects.toThrow(
    /a training of its cycle failed: .* on 576 events takes about .* are there: /,
  );
});

test.each(modelKinds)(
  '%s: more events than memory has room for are not read, and count beside the model',
  async (kind) => {
    const refusal = async (memoryBytes: number, seed: number) => {
      own = await startOwnTrainer(shop, {}, { memoryBytes });
      const jobId = await shop.queue.train(payloadOf(1, { kind, seed }));
      const reason = await resultOf(shop.queue, jobId).then(String, ({ message }: Error) => message);
      expect((await jobOf(shop.queue, jobId)).attemptsMade).toBe(1);
      await own.close();
      own = undefined;
      return reason;
    };
    expect(await refusal(1440 * EVENT_BYTES - 1, 9)).toMatch(
      /^reading 1440 events takes about .* raise TRAINER_MEMORY_GIB/,
    );
    expect(await refusal(1440 * EVENT_BYTES, 10)).toMatch(/^training .* on 1440 events takes about .* are there: /);
  },
);

describe('a warm start', () => {
  const fresh = [0, 1].map((partition) => ({ partition, from: 720, to: 1440 }));
  let parent: ParentRelease;

  test.each(modelKinds)(
    '%s: goes on from its parent: items keep their numbers, one epoch is worth more',
    async (kind) => {
      own = await startOwnTrainer(shop);
      parent ??= await trainedRelease(shop, 'parent', 20);
      await insertTestEvents(shop.store, walkers(1), 'second');
      const [warm, anew] = await Promise.all([
        shop.queue.train(payloadOf(1, { kind, parent, ranges: fresh })),
        shop.queue.train(payloadOf(1, { kind, ranges: fresh })),
      ]);
      const result = await resultOf(shop.queue, warm);
      expect(result.loss).toBeLessThan(0.9 * (await resultOf(shop.queue, anew)).loss);
      const grown = await shop.trained(warm);
      expect(grown.items.slice(0, 30)).toEqual((await shop.release('parent')).items);
      expect(grown.items.slice(30).toSorted()).toEqual(['i30', 'i31', 'i32']);
      expect(grown.manifest.trainedOn.map(({ firstOffset, lastOffset }) => [firstOffset, lastOffset])).toEqual([
        [0, 1439],
        [0, 1439],
      ]);
      // as many old events as new ones
      const { coverage } = grown.manifest.settings['trained'] as { coverage: object };
      expect(coverage).toMatchObject({ newEvents: 1440, oldEvents: 1440, thinnedShare: 1, replayShare: 1 });
      expect(result.events).toBe(2880);
    },
  );

  test('items are known by what the catalogue said by then: new ones, and old ones of which it now says something else', async () => {
    const other = await openShop();
    own = await startOwnTrainer(other);
    const [first, last] = [walkers()[0]?.time ?? 0, walkers(1).at(-1)?.time ?? 0];
    await insertThings(other.store, { count: 30, kind: 'plain', at: first });
    const release = await trainedRelease(other, 'parent', 2);
    await insertTestEvents(other.store, walkers(1), 'second');
    await insertThings(other.store, { count: 33, kind: 'fancy', at: last });
    await insertThings(other.store, { count: 33, kind: 'too late', at: last + 1 });
    const job = await other.queue.train(payloadOf(1, { parent: release, ranges: fresh }));
    const grown = await other.trained((await resultOf(other.queue, job)).trained);
    const made = [await other.release('parent'), grown].map(({ models }) => models.recurrent?.itemFeatures);
    expect(made).toEqual([
      featuresOf((await other.release('parent')).items, 'plain'),
      featuresOf(grown.items, 'fancy'),
    ]);
    await own.close();
    own = undefined;
    await other.close();
  });

  test.each(modelKinds)('%s: a pass over a slice, from a candidate; done again it is there already', async (kind) => {
    own = await startOwnTrainer(shop);
    const { trained, hash } = await resultOf(shop.queue, await shop.queue.train(payloadOf(20, { kind })));
    const shares: number[] = [];
    const request = {
      ...{ name: `release-1-refit-${kind}`, kind, from: { release: trained, hash }, topicId: TOPIC_ID, ranges: fresh },
      ...{ seed: 1, budget: { epochs: 1, seconds: 60 }, signal: new AbortController().signal },
      onProgress: (share: number) => void shares.push(share),
    };
    const result = await refitSlice(own.deps, { createdAt: 1, attempt: 1 })(request);
    expect(result).toMatchObject({ kind, trained: request.name, epochs: 1, items: 33 });
    expect(shares.at(-1)).toBe(1);
    expect(await refitSlice(own.deps, { createdAt: 1, attempt: 2 })(request)).toEqual(result);
  });

  test('a warm cycle begins where the release in force ended; a full one never measures over what that has seen', async () => {
    own = await startOwnTrainer(shop);
    const record = { releaseId: 'parent', kind: 'released', at: 1, artifactUri: 'file:x' } as const;
    await own.releases.publish(releaseRecord({ ...record, artifactHash: parent.hash }));
    const warm = await jobOf<'release'>(shop.queue, (await planned('warm')).jobId as string);
    expect(warm.data.parent).toEqual(parent);
    expect(warm.data.ranges.map(({ from }) => from)).toEqual([720, 720]);
    expect(warm.data.slice.map(({ to }) => to)).toEqual([1440, 1440]);
    expect(await resultOf(shop.queue, trainingIdOf(warm.id as string, 'autoencoder'))).toMatchObject({ epochs: 2 });
    await resultOf<'release'>(shop.queue, warm.id as string);
    const full = await jobOf<'release'>(shop.queue, (await planned('full')).jobId as string);
    expect(full.data.parent).toBe(null);
    expect(full.data.ranges.every(({ from, to }) => from === 0 && to >= 720)).toBe(true);
    await resultOf<'release'>(shop.queue, full.id as string);
  });

  test('settings that let models see something else ask for a full training', async () => {
    own = await startOwnTrainer(shop, {}, { settings: { ...settings, searchFeatures: 32 } });
    const payload = payloadOf(1, { kind: 'autoencoder', parent, ranges: fresh, seed: 8 });
    await expect(resultOf(shop.queue, await shop.queue.train(payload))).rejects.toThrow('train in full');
  });

  test('so do those that know items by something else', () => {
    const sight = servingSettings(settings);
    const { itemFields: _, ...before } = sight;
    expect(sameSight(before, servingSettings({ ...settings, itemFields: [] }))).toBe(true);
    for (const one of [before, servingSettings({ ...settings, itemFields: ['words'] })])
      expect(sameSight(one, sight)).toBe(false);
  });
});

test('by the shop’s clock: one cycle as soon as there is enough, and none where nothing is new', async () => {
  const other = await openShop();
  own = await startOwnTrainer(other, { watchEveryMs: 100, firstEvents: 1440, warmEveryMs: 0, fullEveryMs: 60_000 });
  await until('the cycle has ended', async () => (await own?.completed('release')) === 1);
  await systemClock.sleep(1000);
  expect(await own.completed('train')).toBe(2);
  // the shop’s clock goes on by 24 minutes
  await insertTestEvents(other.store, walkers(1), 'second');
  await until('there is a second one', async () => (await own?.completed('release')) === 2);
  await systemClock.sleep(1000);
  expect(await own.completed('train')).toBe(4);
  await own.close();
  own = undefined;
  await other.close();
});

test('cleaning up leaves the newest releases, those in line, one that is interleaved, and what jobs still want', async () => {
  const other = await openShop();
  own = await startOwnTrainer(other, {}, { keepReleases: 1 });
  const { hash } = await trainedRelease(other, 'in-line', 1);
  for (const name of ['gone', 'newest']) await writeDated(other, name, name === 'gone' ? '2026-01-01' : '2030-01-01');
  const record = { releaseId: 'in-line', kind: 'released', at: 1, artifactUri: 'file:x', artifactHash: hash } as const;
  await own.releases.publish(releaseRecord(record));
  await writeDated(other, 'beside', '2026-01-01');
  const interleaving = { against: 'in-line', share: 1 };
  await own.releases.publish(releaseRecord({ ...record, releaseId: 'beside', kind: 'interleaved', interleaving }));
  // a cycle that is like one and goes on from the other waits for the store
  for (const name of ['repeated', 'its-parent']) await writeDated(other, name, '2026-01-01');
  const { budget, seed } = payloadOf(1);
  const waiting = {
    ...{ topicId: TOPIC_ID, ranges: [], slice: [{ partition: 0, from: 0, to: 5000 }], seed, budget },
    ...{ parent: { release: 'its-parent', hash }, like: { release: 'repeated', hash, settings } },
  };
  const jobId = await other.queue.addCycle({ trainings: [], release: waiting });
  await other.queue.notes.write('like', { jobId, topicId: TOPIC_ID, positions: 0, shopTime: null });
  for (const left of ['trained/release-00ff-refit-recurrent', 'jobs/recurrent-gone'])
    await mkdir(join(other.dataDir, left), { recursive: true });
  await other.queue.schedule([{ name: 'clean-up', everyMs: 60_000, job: { name: 'clean-up', data: {} } }]);
  await until('it is cleaned up', async () => (await own?.completed('clean-up')) === 1);
  const left = async (folder: string) => (await readdir(join(other.dataDir, folder))).toSorted();
  expect(await left('releases')).toEqual(['beside', 'in-line', 'its-parent', 'newest', 'repeated']);
  // trained by hand: they stay with their jobs
  expect(await left('trained')).toHaveLength(2);
  expect(await left('jobs')).toEqual([]);
  await own.close();
  own = undefined;
  await other.close();
});

const writeDated = async (shop: Shop, release: string, day: string) => {
  const { manifest, items, features, models } = await shop.release('in-line');
  const facts = { ...manifest, release, createdAt: `${day}T00:00:00.000Z` };
  await writeArtifact(join(shop.dataDir, 'releases', release), { ...facts, items, features, models, tables: {} });
};

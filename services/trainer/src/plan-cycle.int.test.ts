import { join } from 'node:path';
import type { TrainingMode } from '@nextcart/contracts';
import { readCpu, writeArtifact } from '@nextcart/models';
import { untrainedRecurrent } from '@nextcart/models/testing';
import { createLogger } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TrainingSettings } from './data-set/settings.ts';
import { planCycle } from './plan-cycle.ts';
import { servingSettings } from './serving-settings.ts';
import { jobOf, openShop, type Shop, settings, TOPIC_ID } from './trainer.fixture.ts';

/** Positions of each of the two partitions, and those that the champion has learned. */
const THERE = 720;
const LEARNED = [600, THERE];

let shop: Shop;
let hash: string;
beforeAll(async () => {
  shop = await openShop();
  const facts = { createdAt: '2026-11-24T00:00:00Z', seeds: {}, metrics: [], cpu: await readCpu() };
  ({ hash } = await writeArtifact(join(shop.dataDir, 'releases', 'champion'), {
    ...{ release: 'champion', ...facts, settings: { serving: servingSettings(settings) } },
    trainedOn: LEARNED.map((to, partition) => ({ topicId: TOPIC_ID, partition, firstOffset: 0, lastOffset: to - 1 })),
    ...{
      items: ['i0', 'i1'],
      features: [],
      models: { recurrent: untrainedRecurrent({ items: 2, types: 3 }) },
      tables: {},
    },
  }));
});
afterAll(() => shop.close());

/** The cycle that is planned with the champion in force; nobody makes it. */
const planned = async (mode: TrainingMode, change: Partial<TrainingSettings> = {}) => {
  const deps = {
    ...{ store: shop.store, dataDir: shop.dataDir, queue: shop.queue, log: createLogger('test', 'fatal') },
    ...{ settings: { ...settings, ...change }, memoryBytes: 2 ** 30, firstEvents: 1 },
    ...{ topicId: async () => TOPIC_ID, shopTime: async () => null },
    inForce: async () => ({ releaseId: 'champion', uri: 'file:x', hash }),
  };
  const { jobId } = await planCycle(deps, 'plan', { mode, seed: 1, budget: { epochs: 1, seconds: 60 } });
  const { data } = await jobOf<'release'>(shop.queue, jobId as string);
  return { data, note: await shop.queue.notes.last(data.parent === null ? 'full' : 'warm') };
};

test('no slice has what the release in force has learned, also where settings let models see something else', async () => {
  const { data } = await planned('warm', { searchFeatures: 32 });
  expect(data.parent).toBe(null);
  // a fifth of the log would begin before
  expect(data.ranges).toEqual(LEARNED.map((to, partition) => ({ partition, from: 0, to })));
  expect(data.slice).toEqual(LEARNED.map((from, partition) => ({ partition, from, to: THERE })));
});

test('how far a cycle reaches is told of all partitions, also of those in which nothing is new', async () => {
  const { data, note } = await planned('warm');
  expect(data.slice.map(({ partition }) => partition)).toEqual([0]);
  expect(note?.positions).toBe(2 * THERE);
});

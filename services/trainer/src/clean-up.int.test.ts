import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createArtifacts } from '@nextcart/artifacts';
import { readCpu, writeArtifact } from '@nextcart/models';
import { untrainedRecurrent } from '@nextcart/models/testing';
import { createLogger, systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanUp } from './clean-up.ts';
import { openShop, payloadOf, type Shop, TOPIC_ID } from './trainer.fixture.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const writeRelease = async (release: string): Promise<void> => {
  const facts = { createdAt: '2026-01-01T00:00:00Z', seeds: {}, metrics: [], cpu: await readCpu(), settings: {} };
  const models = { recurrent: untrainedRecurrent({ items: 2, types: 3 }) };
  const folder = join(shop.dataDir, 'releases', release);
  await writeArtifact(folder, {
    ...facts,
    ...{ release, trainedOn: [], items: ['i0', 'i1'], features: [], models, tables: {} },
  });
};

test('a release whose cycle has written it and not yet told of it stays, however many are newer', async () => {
  const { budget, seed } = payloadOf(1);
  const slice = [{ partition: 0, from: 0, to: 5 }];
  const cycle = { parent: null, topicId: TOPIC_ID, ranges: [], slice, seed, budget };
  const written = await shop.queue.addCycle({ trainings: [], release: cycle });
  for (const name of [written, 'release-00aa']) await writeRelease(name);
  const { removed } = await cleanUp({
    artifacts: createArtifacts({ fetchedDir: join(shop.dataDir, 'fetched') }),
    ...{ dataDir: shop.dataDir, keepReleases: 0, clock: systemClock, log: createLogger('test', 'fatal') },
    ...{ line: async () => [], interleaved: async () => null, queue: shop.queue },
  });
  expect(await readdir(join(shop.dataDir, 'releases'))).toEqual([written]);
  expect(removed).toBe(1);
});

import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { createArtifacts } from '@nextcart/artifacts';
import { clickhouseConnection } from '@nextcart/clickhouse';
import type { TrainPayload } from '@nextcart/contracts';
import { createLogger, createWaiting, systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runTraining, type TrainingDeps } from './run-training.ts';
import { openShop, payloadOf, type Shop, settings } from './trainer.fixture.ts';

let shop: Shop;
let deps: TrainingDeps;
beforeAll(async () => {
  shop = await openShop();
  deps = {
    ...{ store: shop.store, connection: clickhouseConnection({ CLICKHOUSE_URL: shop.clickhouseUrl }), settings },
    ...{ clock: systemClock, log: createLogger('test', 'fatal'), waiting: createWaiting(), logLevel: 'error' },
    ...{ threads: 1, memoryBytes: 2 ** 30, dataDir: shop.dataDir },
    artifacts: createArtifacts({ fetchedDir: join(shop.dataDir, 'fetched') }),
  };
});
afterAll(() => shop.close());

const EPOCHS = 3;
const attempt = (jobId: string, number: number, payload: TrainPayload, stopAt = EPOCHS) => {
  const stop = new AbortController();
  const onProgress = ({ epoch }: { readonly epoch: number }) => {
    if (epoch >= stopAt) stop.abort(new Error('stopped'));
  };
  return runTraining(deps, { ...{ jobId, createdAt: 1, attempt: number, payload, onProgress }, signal: stop.signal });
};
const weightsOf = async (jobId: string) => (await shop.trained(jobId)).models.recurrent?.weights;

test.each([
  // a later version of this code may have other options: here it is another seed
  ['of another training', () => payloadOf(EPOCHS, { seed: 8 })],
  ['damaged', () => payloadOf(EPOCHS)],
])('what was written down is %s: the training begins anew', async (how, later) => {
  const job = `recurrent-${how.replaceAll(' ', '-')}`;
  await expect(attempt(job, 1, payloadOf(EPOCHS), 1)).rejects.toThrow('stopped');
  const folder = join(shop.dataDir, 'jobs', job);
  const checkpoint = (await readdir(folder)).find((name) => name.endsWith('-1.checkpoint'));
  if (how === 'damaged') await truncate(join(folder, checkpoint as string), 1000);
  expect(await attempt(job, 2, later())).toMatchObject({ epochs: EPOCHS });
  await attempt(`${job}-whole`, 1, later());
  expect(await weightsOf(job)).toEqual(await weightsOf(`${job}-whole`));
});

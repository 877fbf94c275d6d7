/** A trainer in the test's own process, on a shop's servers, with its releases in a log in memory. */
import { join } from 'node:path';
import { createArtifacts } from '@nextcart/artifacts';
import { clickhouseConnection, type Store } from '@nextcart/clickhouse';
import { type ModelKind, modelKinds, schemaText, topics } from '@nextcart/contracts';
import { createMemoryKafka } from '@nextcart/kafka';
import { writeArtifact } from '@nextcart/models';
import { createHealth, createLogger, createMetrics, createWaiting, systemClock } from '@nextcart/runtime';
import type { ScheduleSettings } from './env.ts';
import { connectRedis } from './redis.ts';
import { gateSchema } from './release/gate-settings.ts';
import { createReleaseLog, type ReleaseLog } from './release/release-log.ts';
import type { TrainingDeps } from './run-training.ts';
import { payloadOf, resultOf, type Shop, settings, TOPIC_ID } from './trainer.fixture.ts';
import { createTrainer, type TrainerDeps } from './trainer.ts';

export const plan = { seed: 1, budget: { epochs: 3, seconds: 60 } };

/** What a cycle over the walkers passes the gate with, and what is known of their items. */
export const passing = { ...settings, gate: gateSchema.parse({ minSubjects: 12, resamples: 500, looksPerDay: 5 }) };
export const passingPlan = { mode: 'full', seed: 3, budget: { epochs: 25, seconds: 100 } } as const;
export const CATALOG_ID = '0d5a8d0e-6b1f-4c57-9b5e-7d2f6a1c9e08';
export const insertCatalogue = (store: Store): Promise<void> =>
  store.insertRows(
    'catalog',
    Array.from({ length: 42 }, (_, offset) => ({
      ...{ topic_id: CATALOG_ID, partition: 0, offset, outcome: 'accepted', item_id: `i${offset}` },
      title: `thing ${offset}`,
    })),
  );

/** Nothing comes by itself but what a test asks for. */
const quiet: ScheduleSettings = {
  ...{ warmEveryMs: 0, fullEveryMs: 0, evaluateEveryMs: 0, cleanUpEveryMs: 0, watchEveryMs: 0, firstEvents: 1, plan },
};

export interface OwnTrainer {
  readonly deps: TrainingDeps;
  readonly releases: ReleaseLog;
  /** Jobs that have completed. */
  completed(job: string): Promise<number>;
  close(): Promise<void>;
}

export const startOwnTrainer = async (
  shop: Shop,
  schedule: Partial<ScheduleSettings> = {},
  change: Partial<Pick<TrainerDeps, 'clock' | 'settings' | 'keepReleases' | 'queueSettings' | 'memoryBytes'>> = {},
): Promise<OwnTrainer> => {
  const [log, health, clock] = [createLogger('test', 'fatal'), createHealth(), systemClock];
  const [redis, metrics] = [connectRedis(shop.redisUrl, { log, health }), createMetrics('trainer')];
  const registry = { register: async () => 1, schema: async () => schemaText('model-release') };
  const kafka = createMemoryKafka({ log, clock });
  await kafka.admin.ensureTopics([topics.modelReleases]);
  const releases = createReleaseLog({ kafka, registry });
  const deps: TrainingDeps = {
    ...{ store: shop.store, connection: clickhouseConnection({ CLICKHOUSE_URL: shop.clickhouseUrl }), settings },
    ...{ clock, log, waiting: createWaiting(), logLevel: 'error', threads: 1, memoryBytes: 2 ** 30 },
    dataDir: shop.dataDir,
    artifacts: createArtifacts({ fetchedDir: join(shop.dataDir, 'fetched') }),
  };
  const trainer = createTrainer({
    ...deps,
    ...{ health, metrics, releases, keepReleases: 5, catalogTopicId: async () => CATALOG_ID },
    topicId: async () => TOPIC_ID,
    queue: { redis, prefix: shop.prefix },
    queueSettings: { concurrency: 2, lockMs: 5000, attempts: 2, retryMs: 100, keepJobs: 50, limitMs: 60_000 },
    schedule: { ...quiet, ...schedule },
    ...change,
  });
  trainer.start();
  return {
    deps,
    releases,
    completed: async (job) =>
      Number(new RegExp(`jobs_total\\{job="${job}",end="completed"\\} (\\d+)`).exec(await metrics.text())?.[1] ?? 0),
    close: async () => {
      await trainer.close();
      redis.disconnect();
      await kafka.close();
    },
  };
};

/** Both models over the first round, as a release; its trainer runs already. */
export const trainedRelease = async (shop: Shop, release: string, epochs: number) => {
  const train = async (kind: ModelKind) => {
    const { trained } = await resultOf(shop.queue, await shop.queue.train(payloadOf(epochs, { kind })));
    return shop.trained(trained);
  };
  const [one, other] = await Promise.all(modelKinds.map(train));
  if (!one || !other) throw new Error('two models');
  const { hash } = await writeArtifact(join(shop.dataDir, 'releases', release), {
    ...{ ...one.manifest, release, items: one.items, features: one.features, tables: {} },
    models: { ...one.models, ...other.models },
  });
  return { release, hash };
};

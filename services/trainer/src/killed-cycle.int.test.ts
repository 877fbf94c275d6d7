/** One cycle whose trainer is killed in each of its stages, against the same cycle left alone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readModelRun, readModelRuns, readSegments } from '@nextcart/clickhouse';
import { modelKinds, trainingIdOf } from '@nextcart/contracts';
import { createKafka, createRegistryClient, kafkaConnection } from '@nextcart/kafka';
import { createLogger, systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { CATALOG_ID, insertCatalogue, passing, passingPlan, plan } from './cycle.fixture.ts';
import { needsIdOf } from './job-ids.ts';
import { createReleaseLog, type ReleaseLog } from './release/release-log.ts';
import { type TappedServer, tapServer } from './tapped-server.fixture.ts';
import { jobOf, openShop, resultOf, type Shop, TOPIC_ID, until } from './trainer.fixture.ts';
import type { TrainerProcessArgument } from './trainer-process.fixture.ts';

const urls = inject('urls');
const [log, clock] = [createLogger('test', 'fatal'), systemClock];
const closing: (() => Promise<unknown>)[] = [];
let kafka: ReturnType<typeof createKafka>;
beforeAll(() => {
  const connection = kafkaConnection(
    { KAFKA_BROKERS: urls.kafkaBrokers.split(','), KAFKA_TLS: 'false' },
    'test-killed',
  );
  kafka = createKafka({ connection, log, clock });
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => kafka.close());

interface Killable {
  readonly shop: Shop;
  readonly releases: ReleaseLog;
  readonly clickhouse: TappedServer;
  /** Starts one, ready to take jobs. */
  trainer(): Promise<ChildProcess>;
}
const openKillable = async (): Promise<Killable> => {
  const shop = await openShop();
  closing.push(shop.close);
  await insertCatalogue(shop.store);
  const topic = uniqueName('model-releases');
  await kafka.admin.ensureTopics([{ name: topic, schema: 'model-release', partitions: 1, config: {} }]);
  closing.push(() => kafka.admin.deleteTopics([topic]));
  const clickhouse = await tapServer(shop.clickhouseUrl);
  closing.push(clickhouse.close);
  const registry = createRegistryClient({ url: urls.schemaRegistryUrl, log, clock });
  const argument: TrainerProcessArgument = {
    urls: {
      ...{ clickhouse: clickhouse.url, redis: shop.redisUrl },
      ...{ kafka: urls.kafkaBrokers, registry: urls.schemaRegistryUrl },
    },
    ...{ prefix: shop.prefix, topicId: TOPIC_ID, catalogTopicId: CATALOG_ID, releasesTopic: topic },
    ...{ settings: passing, dataDir: shop.dataDir, keepReleases: 5 },
    // one job at a time: a kill is one job's
    queueSettings: { concurrency: 1, lockMs: 1500, attempts: 3, retryMs: 200, keepJobs: 50, limitMs: 60_000 },
    schedule: {
      warmEveryMs: 0,
      fullEveryMs: 0,
      evaluateEveryMs: 0,
      cleanUpEveryMs: 0,
      watchEveryMs: 0,
      firstEvents: 1,
      plan,
    },
  };
  return {
    ...{ shop, clickhouse },
    releases: createReleaseLog({ kafka, registry, topic }),
    trainer: async () => {
      const child = spawn(process.execPath, [join(import.meta.dirname, 'trainer-process.fixture.ts')], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      closing.push(() => killed(child));
      child.stdin.end(JSON.stringify(argument));
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      await until('a trainer is there', () => text.includes('redis_connected'));
      return child;
    },
  };
};
const killed = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
};

const begun = async ({ shop }: Killable): Promise<string> => {
  const { jobId } = await resultOf<'plan-cycle'>(shop.queue, await shop.queue.plan(passingPlan));
  return jobId as string;
};
/** Of what was made, all that is no name or time. */
const madeOf = async ({ shop, releases }: Killable, cycle: string) => {
  const artifact = await shop.release(cycle);
  const run = await readModelRun(shop.store, cycle);
  const records = (await releases.read()).records.map(({ releaseId, kind, decision }) => [releaseId, kind, decision]);
  const { verdict, reasons, metrics, losses, weights, subjects } = run ?? {};
  return {
    models: artifact.models,
    items: artifact.items,
    verdict,
    reasons,
    metrics,
    losses,
    weights,
    subjects,
    records,
  };
};

/** Of folders of jobs that are gone: so many that cleaning up is seen at work. */
const STALE = 2000;
const MODEL_PAGE = 'groupArray(offset) AS offsets';
const PLAN_CUT = 'quantileExact(';

test('killed while it plans, reads, trains, measures, learns the slice, writes, names needs and cleans up, a cycle ends as one that was left alone', {
  timeout: 240_000,
}, async () => {
  const [calm, hurt] = [await openKillable(), await openKillable()];
  const alone = await calm.trainer();
  const cycle = await begun(calm);
  expect(await resultOf<'needs'>(calm.shop.queue, needsIdOf(cycle))).toMatchObject({ kind: 'written' });
  await killed(alone);

  const { queue, dataDir, store } = hurt.shop;
  const [plans, reads] = [hurt.clickhouse.asked(PLAN_CUT), hurt.clickhouse.asked(MODEL_PAGE)];
  const stageOf = async () => {
    const { progress } = await jobOf<'release'>(queue, cycle);
    return typeof progress === 'object' && 'stage' in progress ? progress.stage : undefined;
  };
  let trainer = await hurt.trainer();
  const kills: string[] = [];
  const killWhen = async (
    stage: string,
    isIn: () => boolean | Promise<boolean>,
    whenDead: () => unknown = () => {},
  ) => {
    await until(`it is in ${stage}`, isIn);
    await killed(trainer);
    await whenDead();
    kills.push(stage);
    trainer = await hurt.trainer();
  };
  /** In the middle of a query that is kept from the server until the trainer is dead. */
  const killAt = async (stage: string, asked: ReturnType<TappedServer['asked']>) => {
    const { drop } = await asked;
    await killWhen(stage, () => true, drop);
  };
  const planId = await queue.plan(passingPlan);
  await killAt('plan', plans);
  expect(await resultOf<'plan-cycle'>(queue, planId)).toEqual({ jobId: cycle, why: null });
  await killAt('read', reads);
  for (const kind of modelKinds)
    await killWhen(kind, async () => typeof (await jobOf(queue, trainingIdOf(cycle, kind))).progress === 'object');
  await killWhen('measure', async () => (await stageOf()) === 'measure');
  await killWhen('refit', async () => (await stageOf()) === 'refit');
  await mkdir(join(dataDir, 'releases'), { recursive: true });
  let isWriting = false;
  // within the write, which takes some milliseconds
  const watcher = watch(join(dataDir, 'releases'), () => {
    isWriting = true;
    trainer.kill('SIGKILL');
  });
  await killWhen('write', () => isWriting);
  watcher.close();
  await killWhen('needs', async () => (await jobOf<'needs'>(queue, needsIdOf(cycle))).processedOn !== undefined);

  expect(await resultOf<'needs'>(queue, needsIdOf(cycle))).toMatchObject({
    kind: expect.stringMatching(/written|already/) as string,
  });
  const jobs = join(dataDir, 'jobs');
  const left = async () => (await readdir(jobs)).length;
  for (let job = 0; job < STALE; job += 1) await mkdir(join(jobs, `recurrent-gone${job}`), { recursive: true });
  await queue.schedule([{ name: 'clean-up', everyMs: 3_600_000, job: { name: 'clean-up', data: {} } }]);
  await killWhen(
    'clean-up',
    async () => (await left()) < STALE,
    async () => expect(await left()).toBeGreaterThan(0),
  );
  await until('it is cleaned up', async () => (await left()) === 0);
  expect(kills).toEqual(['plan', 'read', ...modelKinds, 'measure', 'refit', 'write', 'needs', 'clean-up']);
  // each of its stages was cut: measure, refit and write
  expect((await jobOf(queue, cycle)).attemptsStarted).toBeGreaterThanOrEqual(4);
  const made = await madeOf(hurt, cycle);
  expect(made.verdict, made.reasons?.join('\n')).toBe('pass');
  expect(made).toEqual(await madeOf(calm, cycle));
  expect(made.records).toHaveLength(1);
  expect(await readModelRuns(store, { limit: 9 })).toHaveLength(1);
  expect(await readSegments(store, cycle)).toEqual(await readSegments(calm.shop.store, cycle));
  expect((await hurt.releases.read()).line.inForce()?.releaseId).toBe(cycle);
});

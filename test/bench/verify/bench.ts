import { fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { VerifyReport } from '@nextcart/cli';
import { readPositions } from '@nextcart/clickhouse';
import { topics } from '@nextcart/contracts';
import { createShop } from '@nextcart/datasets';
import type { Bench, BenchContext, Metrics, Progress } from '../harness/bench.ts';
import { type OwnServers, type ServiceProcess, startOwnServers } from '../harness/own-servers.ts';
import { fillCatalogue } from '../ingest/fill-topic.ts';
import { openFeed } from './feed.ts';
import type { VerifyMessage } from './messages.ts';
import { steps, type VerifyPlan } from './plan.ts';
import { openReleases } from './releases.ts';

/**
 * Law 6: every list that was published over a million events is made again from what it names, by another process with
 * another batch and other threads, and is the same byte for byte apart from its stamps. In between scorers are killed,
 * subjects leave memory and come back from the store, and releases come and go.
 */
const FULL = { events: 1_000_000, users: 20_000, items: 5000, subjects: 5000 };
const QUICK = { events: 20_000, users: 4000, items: 500, subjects: 1000 };
/** Scorers have 32 and 1. */
const OTHERS = { batch: 50, threads: 2 };
const EVENTS_PER_SHOP_SECOND = 100;
const SHOP_START = Date.UTC(2026, 0, 1);
const POLL_MS = 500;
const SHOWN_DIFFERENCES = 3;
const EVICTED = 'nextcart_scorer_evicted';

type Size = typeof FULL;

/** Scorers, one after another. */
const openScorers = async (servers: OwnServers, size: Size) => {
  const begin = () =>
    servers.startService('scorer', {
      env: { SCORER_MAX_SUBJECTS: String(size.subjects), SCORER_MODELS_WITHIN_MS: '0' },
    });
  let scorer: ServiceProcess = await begin();
  let evicted = 0;
  const end = async (how: 'kill' | 'stop') => {
    evicted += await scorer.metric(EVICTED);
    if (how === 'kill') process.kill(scorer.pid, 'SIGKILL');
    await scorer.stop();
  };
  return {
    killed: async () => {
      await end('kill');
      scorer = await begin();
    },
    stop: () => end('stop'),
    evicted: () => evicted,
  };
};

/** Resolves when every published list has its row. */
const listsLanded = async ({ kafka, store }: OwnServers): Promise<void> => {
  const topic = topics.recommendations.name;
  const { topicId } = await kafka.admin.topic(topic);
  for (;;) {
    const ends = await kafka.admin.offsets(topic);
    const rows = await readPositions(store, 'lists', topicId);
    if (ends.every(({ partition, end }) => (rows.find((row) => row.partition === partition)?.next ?? 0) >= end)) return;
    await sleep(POLL_MS);
  }
};

const verify = (context: BenchContext, plan: VerifyPlan): Promise<{ report: VerifyReport; seconds: number }> =>
  new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'verify-process.ts'), [JSON.stringify(plan)], { stdio: 'inherit' });
    context.onEnd(async () => void child.kill());
    let progress: Progress | undefined;
    let shown = 0;
    let made: { report: VerifyReport; seconds: number } | undefined;
    child.once('exit', (code) => {
      if (made === undefined) reject(new Error(`the process that makes lists again ended with ${code}`));
      else resolve(made);
    });
    child.on('message', (message: VerifyMessage) => {
      if (message.kind === 'total') progress = context.progress('lists made again', message.lists, 'lists');
      else if (message.kind === 'done') progress?.at(message.lists);
      else if (message.kind === 'report') {
        progress?.done();
        made = message;
      } else if (shown < SHOWN_DIFFERENCES) {
        shown += 1;
        for (const line of message.lines) context.log(`  ${line}`);
      }
    });
  });

export const verifyBench: Bench = {
  name: 'verify',
  about: 'every published list made again by another process, after takeovers, evictions and releases: how many differ',
  repeats: 1,
  mustBeZero: ['different'],
  prepare: async (context) => {
    const known = context.quick ? QUICK : FULL;
    const size = context.events === undefined ? known : { ...QUICK, events: context.events };
    return { n: size, measure: () => measure(context, size) };
  },
};

const measure = async (context: BenchContext, size: Size): Promise<Metrics> => {
  const servers = await startOwnServers(context);
  await servers.setUp();
  const { users, items } = size;
  const shop = createShop({ seed: 17, users, items, startAt: SHOP_START, eventsPerSecond: EVENTS_PER_SHOP_SECOND });
  await fillCatalogue(servers, shop);
  const ids: string[] = [];
  for await (const { item } of shop.catalog()) if (item !== undefined) ids.push(item.itemId);
  const releases = await openReleases(context, servers, ids);
  const others = [await servers.startService('ingest'), await servers.startService('features')];
  const scorers = await openScorers(servers, size);

  const feed = await openFeed(servers, shop.records(0));
  const progress = context.progress('events into lists', size.events, 'events');
  let sent = 0;
  const sendUntil = async (share: number) => {
    const from = sent;
    await feed.send(Math.floor(share * size.events) - from, (more) => {
      sent = from + more;
      progress.at(sent);
    });
  };
  const done = { takeovers: 0, release_switches: 0 };
  for (const step of steps) {
    await sendUntil(step.at);
    context.log(`  after ${sent} events: ${step.kind}${step.kind === 'kill' ? ' of the scorer' : ` ${step.release}`}`);
    if (step.kind === 'kill') await scorers.killed();
    else if (step.kind === 'release') await releases.release(step.release);
    else await releases.rollBack(step.release);
    done[step.kind === 'kill' ? 'takeovers' : 'release_switches'] += 1;
  }
  await sendUntil(1);
  await feed.answered();
  progress.done();
  await feed.close();
  await scorers.stop();
  await listsLanded(servers);
  for (const service of others) await service.stop();

  const { kafkaBrokers: brokers, clickhouseUrl, schemaRegistryUrl: registryUrl } = servers.stack.urls;
  const { report, seconds } = await verify(context, { ...OTHERS, brokers, clickhouseUrl, registryUrl });
  for (const [reason, lists] of Object.entries(report.skipped)) context.log(`  ${lists} skipped: ${reason}`);
  return {
    different: report.different,
    lists: report.checked,
    ...done,
    lists_by_row: report.byRow,
    skipped: Object.values(report.skipped).reduce((sum, lists) => sum + lists, 0),
    evicted: scorers.evicted(),
    seconds,
    lists_per_s: report.checked / seconds,
  };
};

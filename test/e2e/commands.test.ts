/** What an operator runs at a shell: `setup`, `topics`, `doctor`, `rebuild` and `watch` as programs, on real servers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createEventSender } from '@nextcart/cli';
import { migratedStore } from '@nextcart/clickhouse/testing';
import {
  groups,
  type RecommendationList,
  recommendationListCodec,
  registrySubject,
  schemaText,
  topics,
  wireEncode,
} from '@nextcart/contracts';
import { createKafka, createRegistryClient, type Kafka, type Producer, type RegistryClient } from '@nextcart/kafka';
import { choosePort, HOST, repoRoot, type Stack, stackEnv } from '@nextcart/local';
import { createLogger, systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { startOwnStack } from '../support/own-stack.ts';
import type { Finished } from '../support/run-program.ts';

const log = createLogger('test', 'error');
const clock = systemClock;
const PATIENT = { timeout: 20_000, interval: 50 };

let stack: Stack;
let kafka: Kafka;
let producer: Producer;
let registry: RegistryClient;
let env: Readonly<Record<string, string | undefined>>;
const nextcart = (args: readonly string[], over: typeof env = {}): Promise<Finished> =>
  cli({ env: { ...env, ...over } }, args);

/** On a broker without topics. */
let topicsBefore: Finished;
let setups: readonly Finished[];

beforeAll(async () => {
  stack = await startOwnStack();
  // a test looks at what a pipe gets: no colours
  env = { ...process.env, ...stackEnv(stack.urls), NEXTCART_DIR: stack.dataDir, FORCE_COLOR: undefined };
  kafka = createKafka({ connection: { brokers: [stack.urls.kafkaBrokers], clientId: 'commands' }, log, clock });
  registry = createRegistryClient({ url: stack.urls.schemaRegistryUrl, log, clock });
  topicsBefore = await nextcart(['topics']);
  setups = [await nextcart(['setup']), await nextcart(['setup'])];
  producer = await kafka.createProducer();
}, 180_000);
afterAll(async () => {
  await kafka?.close();
  await stack?.stop();
});

const view = async (userId: string): Promise<void> => {
  const sender = await createEventSender({ producer, registry, ownClock: false });
  const event = {
    ...{ eventId: crypto.randomUUID(), eventTime: clock.now(), eventType: 'view' as const, userId, itemId: 'blue-cup' },
    ...{ visitorId: null, sessionId: null, query: null, quantity: null, amount: null, currency: null },
    ...{ recommId: null, properties: {} },
  };
  await sender.send([{ topic: 'events', key: userId, clock: event.eventTime, event }]);
};

test('topics names the cure where there are none and makes none; setup makes them once', () => {
  expect(topicsBefore).toMatchObject({ code: 1, stdout: '' });
  expect(topicsBefore.stderr).toContain('there is no topic behaviour-events.v1: create it with `nextcart setup`');
  const names = Object.values(topics).map(({ name }) => name);
  const [first, second] = setups;
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining(`topics: created ${names.join(', ')}\n`) });
  expect(second).toMatchObject({ code: 0 });
  expect(second?.stdout).toMatch(/^topics: all there\nschemas: 5 registered\nclickhouse: up to date\n$/);
});

test('topics lists every partition with policy, schema and offsets, and changes nothing', async () => {
  const first = await nextcart(['topics']);
  expect(first.code, first.stderr).toBe(0);
  const [heading, ...lines] = first.stdout.trimEnd().split('\n');
  expect(heading?.split(/ +/)).toEqual(['topic', 'policy', 'schema', 'partition', 'start', 'end']);
  const partitions = Object.values(topics).flatMap(({ name, partitions, config }) =>
    Array.from({ length: partitions }, (_, partition) => [name, config['cleanup.policy'], 'v1', `${partition}`, '0']),
  );
  expect(
    lines.map((line) =>
      line
        .replace(/id \d+ /, '')
        .split(/ +/)
        .slice(0, 5),
    ),
  ).toEqual(partitions);

  const value = Buffer.from('x');
  await producer.sendAll([1, 2].map(() => ({ topic: topics.deadLetters.name, key: null, value })));
  const now = lines.map((line) => (line.startsWith(topics.deadLetters.name) ? line.replace(/0$/, '2') : line));
  expect((await nextcart(['topics'])).stdout.trimEnd().split('\n')).toEqual([heading, ...now]);
});

const pipelines = [
  [groups.ingestEvents, topics.events.name],
  [groups.ingestCatalog, topics.catalog.name],
  [groups.ingestLists, topics.recommendations.name],
  [groups.scorer, topics.events.name],
] as const;

/** What services do: every group commits the end of its topic. */
const workOff = async (): Promise<void> => {
  await Promise.all(
    pipelines.map(async ([groupId, topic]) => {
      const { partitions } = await kafka.admin.topic(topic);
      const committed = new Set<number>();
      const all = Promise.withResolvers<void>();
      const consumer = await kafka.consume({
        ...{ groupId, topic },
        onAssigned: async (assignment) => {
          await assignment.commit(assignment.end);
          if (committed.add(assignment.partition).size === partitions) all.resolve();
          return { startOffset: assignment.end, process: async () => {}, release: async () => {} };
        },
      });
      await all.promise;
      await consumer.close();
    }),
  );
};

/** A finding a line, with its cure behind it. */
const findings = ({ stdout }: Finished): string[] => stdout.replaceAll('\n  → ', ' → ').trimEnd().split('\n');
const bad = (finished: Finished): string[] => findings(finished).filter((line) => line.startsWith('✗'));

test('doctor finds an unknown lag and a split subject, and of servers where both are mended that all is well', async () => {
  const { kafkaBrokers, clickhouseUrl, redisUrl, schemaRegistryUrl } = stack.urls;
  const { store, url, drop } = await migratedStore(clickhouseUrl, 'split');
  onTestFinished(() => drop());
  await view('ann');
  const { topicId } = await kafka.admin.topic(topics.events.name);
  await store.insertRows(
    'events',
    [0, 3].map((partition) => ({
      ...{ topic_id: topicId, partition, offset: 0, user_id: 'ann', outcome: 'accepted' },
      ...{ event_type: 'view', item_id: 'i' },
    })),
  );
  const ill = await nextcart(['doctor'], { CLICKHOUSE_URL: url });
  expect(ill.code).toBe(1);
  const lag =
    /✗ lag of nextcart-scorer, behaviour-events.v1 partition \d: unknown: .* → is the service 'scorer' running/;
  expect(bad(ill).join('\n')).toMatch(lag);
  expect(bad(ill).join('\n')).toMatch(/✗ subjects split .*'ann' in partitions 0 and 3 → all producers .*murmur2/);
  expect(findings(ill).at(-1)).toBe(`${bad(ill).length} of ${findings(ill).length - 1} are not well`);

  await workOff();
  const well = await nextcart(['doctor']);
  const at = (address: string): string => new URL(address).host;
  expect(well.code).toBe(0);
  expect(findings(well)).toEqual([
    `✓ node: ${process.versions.node}`,
    `✓ kafka ${kafkaBrokers}: reachable`,
    '✓ kafka connection: reachable',
    `✓ clickhouse ${at(clickhouseUrl)}${new URL(clickhouseUrl).pathname}: reachable`,
    `✓ schema registry ${at(schemaRegistryUrl)}: reachable`,
    `✓ redis ${at(redisUrl)}: reachable`,
    ...Object.values(topics).map(
      ({ name, partitions }) => `✓ topic ${name}: ${partitions} partition${partitions === 1 ? '' : 's'}`,
    ),
    ...Object.values(topics).map(({ name }) => `✓ schema ${name}-value: version 1, readable`),
    '✓ clickhouse tables: all migrations applied',
    ...pipelines.flatMap(([group, name]) =>
      Array.from(
        { length: name === topics.catalog.name ? 1 : topics.events.partitions },
        (_, partition) => `✓ lag of ${group}, ${name} partition ${partition}: 0 records`,
      ),
    ),
    '✓ subjects split between partitions: none',
    'all is well',
  ]);
});

test('doctor names the one server that is dead and its cure, and still looks at the others', async () => {
  await workOff();
  const dead = `${HOST}:${await choosePort(undefined, new Set())}`;
  const runs = await Promise.all([
    nextcart(['doctor'], { KAFKA_BROKERS: dead }),
    nextcart(['doctor'], { CLICKHOUSE_URL: `http://${dead}/nextcart` }),
    nextcart(['doctor'], { SCHEMA_REGISTRY_URL: `http://${dead}` }),
    nextcart(['doctor'], { REDIS_URL: `redis://${dead}` }),
  ]);
  const named = [
    [`✗ kafka ${dead}: ECONNREFUSED`, 'KAFKA_BROKERS'],
    [`✗ clickhouse ${dead}/nextcart: `, 'CLICKHOUSE_URL'],
    [`✗ schema registry ${dead}: `, 'SCHEMA_REGISTRY_URL'],
    [`✗ redis ${dead}: ECONNREFUSED`, 'REDIS_URL'],
  ] as const;
  for (const [i, [what, variable]] of named.entries()) {
    const run = runs[i] as Finished;
    expect(run.code).toBe(1);
    expect(bad(run)).toEqual([expect.stringContaining(what)]);
    expect(bad(run)[0]).toMatch(new RegExp(` → start .*npm start.*${variable}$`));
    const servers = ['kafka ', 'clickhouse ', 'schema registry ', 'redis '].filter((name) => !what.includes(name));
    for (const name of servers) expect(run.stdout).toMatch(new RegExp(`^✓ ${name}.*: reachable$`, 'm'));
  }
});

test('doctor where no server is named tells what the local stack takes of this machine, and how to have servers', async () => {
  const none = Object.fromEntries(Object.keys(stackEnv(stack.urls)).map((name) => [name, undefined]));
  const run = await nextcart(['doctor'], { ...none, NEXTCART_DIR: join(stack.dataDir, 'nothing-here') });
  expect(run.code).toBe(1);
  for (const program of ['node', 'java', 'mvn', 'redis-server'])
    expect(run.stdout).toMatch(new RegExp(`^. ${program}: .`, 'm'));
  expect(run.stdout).not.toContain('\u001b'); // a pipe gets no colours, nor does Maven pass any on
  expect(bad(run).at(-1)).toMatch(/^✗ servers: /);
  expect(run.stdout).toContain('Start the local stack with `npm start`, or name your servers: KAFKA_BROKERS');
});

test('rebuild makes spoilt windows as they were, row by row, and tells how far it is and what was wrong', async () => {
  const { store, url, drop } = await migratedStore(stack.urls.clickhouseUrl, 'rebuild');
  onTestFinished(() => drop());
  const types = ['view', 'cart', 'purchase', 'return', 'search'];
  // the topic was made again once: two logs with a partition of the same number
  const rows = [1, 2].flatMap((log) =>
    Array.from({ length: 200 * log }, (_, offset) => ({
      ...{ topic_id: `${String(log).repeat(8)}-0000-4000-8000-000000000000`, partition: 0, offset },
      outcome: offset % 50 === 0 ? 'quarantined' : offset % 20 === 0 ? 'late' : 'accepted',
      ...{ event_type: types[offset % 5], event_time: `${1_795_488_748 + offset * 40}.000`, item_id: `i${offset % 7}` },
      ...{ query: offset % 5 === 4 ? ' Cup ' : null, quantity: 2, line_amount: '1.25', line_currency: 'GBP' },
    })),
  );
  await store.insertRows('events', rows);
  const windows = async () => ({
    minutes: await store.query('SELECT * FROM window_minutes FINAL ORDER BY ALL'),
    hours: await store.query('SELECT * FROM window_hours FINAL ORDER BY ALL'),
  });
  const before = await windows();
  expect(before.minutes.length).toBeGreaterThan(200);
  expect(before.hours.length).toBeGreaterThan(50);
  const unneeded = await nextcart(['rebuild'], { CLICKHOUSE_URL: url, LOG_LEVEL: 'info' });
  expect(unneeded).toMatchObject({ code: 0, stdout: expect.not.stringContaining('before the rebuild') });
  expect(unneeded.stderr).toContain('"msg":"windows_rebuilt"');
  expect(unneeded.stdout).not.toContain('"msg"'); // results alone, fit for a pipe
  expect(await windows()).toEqual(before);

  await store.command("ALTER TABLE window_minutes DELETE WHERE item_id = 'i3'", {}, { mutations_sync: '1' });
  await store.command('TRUNCATE TABLE window_hours');
  expect(await windows()).not.toEqual(before);
  const run = await nextcart(['rebuild'], { CLICKHOUSE_URL: url });
  expect(run.code, run.stderr).toBe(0);
  expect(await windows()).toEqual(before);
  expect(await store.query("SHOW TABLES LIKE '%rebuild%'")).toEqual([]);
  expect(run.stderr).toMatch(
    /^partition 0: 200 of 200 \(100\.0 %\), [\d,]+\/s\npartition 0: 400 of 400 \(100\.0 %\), [\d,]+\/s\n$/,
  );
  expect(run.stdout).toMatch(/^before the rebuild the minutes had \d+ events and [\d.]+ of money, the rows 588 and /m);
  expect(run.stdout).toMatch(/^before the rebuild the hours had 0 events and 0 of money/m);
  expect(run.stdout).toMatch(/^hours, before +0 .*\nhours, now +588 /m);
  expect(run.stdout).toMatch(/\nmade again from 600 rows; minutes and hours equal the rows\n$/);
});

const listOf = (subject: string, triggerOffset: number, itemIds: readonly string[]): RecommendationList => ({
  ...{ subject, recommId: `r${triggerOffset}`, release: `release-${triggerOffset}`, snapshots: {} },
  items: itemIds.map((itemId) => ({
    ...{ itemId, score: 1, source: 'trending' as const, title: `The ${itemId}`, category: 'Home' },
    ...{ price: 125_000n, currency: 'GBP', reasons: [{ kind: 'viewed', subject: 'blue-cup', weight: 1 }] },
  })),
  ...{ catalogPosition: '0', partition: 0, triggerOffset, eventTime: 0, appendedAt: 1000, receivedAt: 1001 },
  ...{ stateAt: 1002, scoredAt: 1004, publishedAt: 1007, expiresAt: 9999, nextPurchases: [] },
});

test('watch shows a list, its changes and the events behind them live, never an older list, and ends well on Ctrl-C', async () => {
  const subject = 'watched';
  const schemaId = await registry.register(
    registrySubject(topics.recommendations.name),
    schemaText('recommendation-list'),
  );
  const publish = (triggerOffset: number, itemIds: readonly string[], key = subject) => {
    const value = wireEncode(schemaId, recommendationListCodec().encode(listOf(key, triggerOffset, itemIds)));
    return producer.sendAll([{ topic: topics.recommendations.name, key: Buffer.from(key), value }]);
  };
  await publish(10, ['cup', 'plate', 'bowl']);

  const main = join(repoRoot, 'packages', 'cli', 'src', 'main.ts');
  const child = spawn(process.execPath, [main, 'watch', subject, '--top', '3'], { env });
  onTestFinished(() => void child.kill('SIGKILL'));
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  /** By its release, which ends every screen. */
  const shown = (): string[] => [...stdout.matchAll(/release (release-\d+)/g)].map(([, release]) => release as string);
  const screen = (): string => stdout.split('; release release-').at(-2) ?? '';

  await expect.poll(shown, PATIENT).toEqual(['release-10']);
  expect(screen()).toContain(`${subject}: what to show now`);
  expect(screen()).toMatch(
    / 1 {3}The cup +12\.50 GBP +trending +viewed blue-cup\n +2 {3}The plate .*\n +3 {3}The bowl /,
  );
  expect(screen()).toMatch(
    /made 7 ms after the event reached Kafka \(received \+1, state \+1, scored \+2, handed to Kafka \+3 ms\)$/,
  );

  await publish(30, ['plate', 'cup', 'fork', 'bowl']);
  await expect.poll(shown, PATIENT).toEqual(['release-10', 'release-30']);
  expect(screen()).toMatch(/ 1 ↑ The plate .*\n +2 ↓ The cup .*\n +3 \+ The fork .*\n(?!.*The bowl)/);

  // one partition, so the older and the other's have been read when the next is shown
  await publish(20, ['bowl']);
  await publish(99, ['spoon'], 'somebody-else');
  await publish(40, ['plate']);
  await expect.poll(shown, PATIENT).toEqual(['release-10', 'release-30', 'release-40']);
  expect(stdout).not.toContain('The spoon');

  // events come by another way than lists: shown with a list after them
  await view(subject);
  let offset = 41;
  await expect
    .poll(async () => {
      await publish(offset++, ['plate']);
      return stdout;
    }, PATIENT)
    .toContain('  view blue-cup\n');

  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(stderr).not.toContain('nextcart:');
});

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEventSender } from '@nextcart/cli';
import { createStore } from '@nextcart/clickhouse';
import { type BehaviourEvent, behaviourEventCodec, registrySubject, topics } from '@nextcart/contracts';
import { createKafka, createRegistryClient, type Kafka } from '@nextcart/kafka';
import { createLogger, systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { type OutsideEvent, readWithPython, sendFromPython } from '../support/outside-clients.ts';
import { succeed } from '../support/run-program.ts';
import { type System, startSystem } from '../support/system.ts';

let system: System;
let kafka: Kafka;
beforeAll(async () => {
  system = await startSystem();
  const log = createLogger('test', 'error');
  kafka = createKafka({
    connection: { brokers: [system.stack.urls.kafkaBrokers], clientId: 'e2e' },
    log,
    clock: systemClock,
  });
  const registry = createRegistryClient({ url: system.stack.urls.schemaRegistryUrl, log, clock: systemClock });
  const producer = await kafka.createProducer();
  const sender = await createEventSender({ producer, registry, ownClock: false });
  await sender.send(
    ['Trail running shoe', 'Running socks', 'Running belt', 'Espresso cup', 'Espresso machine'].map((title, i) => ({
      topic: 'catalog' as const,
      key: `item${i}`,
      clock: 0,
      item: {
        itemId: `item${i}`,
        title,
        description: null,
        category: i < 3 ? ['Sport', 'Running'] : ['Kitchen', 'Coffee'],
        brand: null,
        price: 199_900n,
        currency: 'EUR',
        stock: 10,
        hidden: false,
        availableFrom: null,
        availableUntil: null,
        repurchaseDays: null,
        attributes: {},
      },
    })),
  );
}, 180_000);
afterAll(async () => {
  await kafka?.close();
  await system?.stop();
});

const event = (over: Omit<OutsideEvent, 'eventId' | 'eventTime'>): OutsideEvent => ({
  eventId: randomUUID(),
  eventTime: Date.now(),
  ...over,
});

test('a search that Python sends comes back to Python as a list that answers it', async () => {
  await sendFromPython(system, [event({ eventType: 'search', visitorId: 'stranger', query: 'espreso' })]);
  const list = await readWithPython(system, 'stranger', { seconds: 30, item: 'item3' });
  const espresso = list?.items.find((item) => item.itemId === 'item3');
  expect(espresso?.title).toBe('Espresso cup');
  expect(espresso?.price).toBe('19.9900');
  expect(espresso?.reasons[0]).toMatchObject({ kind: 'searched', subject: 'espreso' });
});

test('kcat reads the same list from the compacted topic by its key', async () => {
  const { kafkaBrokers } = system.stack.urls;
  const args = ['-b', kafkaBrokers, '-t', 'recommendations.v1', '-C', '-e', '-q', '-f', '\n%k %S\n%s'];
  const newest = (await succeed('kcat', args)).split('\nstranger ').at(-1) ?? '';
  expect(Number.parseInt(newest, 10)).toBeGreaterThan(100); // bytes of the value
  expect(newest).toContain('Espresso cup'); // Avro's texts are plain UTF-8
});

/** As the wire format's documents have it: a zero, the schema's id as the registry tells it, the datum. */
const wireBytes = async (one: BehaviourEvent): Promise<Buffer> => {
  const subject = registrySubject(topics.events.name);
  const answer = await fetch(`${system.stack.urls.schemaRegistryUrl}/subjects/${subject}/versions/latest`);
  const { id } = (await answer.json()) as { id: number };
  const header = Buffer.alloc(5);
  header.writeUInt32BE(id, 1);
  return Buffer.concat([header, behaviourEventCodec().encode(one)]);
};

test('an event that kcat sends from a file comes back as its subject’s list', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'nextcart-kcat-'));
  try {
    const file = join(directory, 'event.avro');
    const nothing = { userId: null, sessionId: null, query: null, quantity: null, amount: null, currency: null };
    const view = { eventId: randomUUID(), eventTime: Date.now(), eventType: 'view', itemId: 'item3' } as const;
    await writeFile(file, await wireBytes({ ...nothing, ...view, visitorId: 'kcat', recommId: null, properties: {} }));
    const { kafkaBrokers } = system.stack.urls;
    await succeed('kcat', ['-b', kafkaBrokers, '-t', 'behaviour-events.v1', '-P', '-k', 'kcat', file]);
  } finally {
    await rm(directory, { recursive: true });
  }
  const list = await readWithPython(system, 'kcat', { seconds: 30, item: 'item4' });
  const machine = list?.items.find((item) => item.itemId === 'item4');
  expect(machine?.title).toBe('Espresso machine');
  expect(machine?.reasons[0]).toMatchObject({ kind: 'viewed', subject: 'item3' });
});

test('a bought item leaves its buyer’s list, and the ledger balances', async () => {
  await sendFromPython(system, [
    event({ eventType: 'view', userId: 'anna', itemId: 'item0' }),
    event({ eventType: 'view', userId: 'anna', itemId: 'item1' }),
    event({ eventType: 'purchase', userId: 'anna', itemId: 'item1', amount: '19.9900', currency: 'EUR', quantity: 1 }),
  ]);
  const list = await readWithPython(system, 'anna', { seconds: 30, item: 'item2' });
  expect(list?.items.map((item) => item.itemId)).toContain('item2');
  await expect
    .poll(async () => (await readWithPython(system, 'anna', { seconds: 3 }))?.items.map((i) => i.itemId), {
      timeout: 30_000,
    })
    .not.toContain('item1');

  const ledger = await cli(system, ['ledger', '--wait', '30']);
  expect(ledger.stdout + ledger.stderr).toContain('behaviour-events.v1');
  expect(ledger.code).toBe(0);
});

test('bytes that are no Avro become a dead letter with their reason, and everything goes on', async () => {
  const { kafkaBrokers } = system.stack.urls;
  await succeed('kcat', ['-b', kafkaBrokers, '-t', 'behaviour-events.v1', '-P', '-k', 'junk'], {
    input: 'no avro at all',
  });
  await expect
    .poll(async () => (await cli(system, ['dead-letters'])).stdout, { timeout: 30_000, interval: 1000 })
    .toContain('not_avro');
  expect((await cli(system, ['ledger', '--wait', '30'])).code).toBe(0);
});

test('nextcart recommend shows titles and reasons; for a stranger it names the cure', async () => {
  const known = await cli(system, ['recommend', 'anna']);
  expect(known.stdout).toContain('Trail running shoe');
  const unknown = await cli(system, ['recommend', 'nobody-at-all']);
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain('nextcart doctor');
});

test('a command that lacks its argument shows how it is used', async () => {
  const { code, stderr } = await cli(system, ['recommend']);
  expect(code).toBe(1);
  expect(stderr).toContain('Usage: nextcart recommend');
  expect((await cli(system, ['recommend', 'anna', '--top', 'many'])).stderr).toContain('--top takes a whole number');
});

test('nextcart ledger exits 1 where windows lack rows, and names the cure, which cures', async () => {
  const store = createStore({
    url: system.stack.urls.clickhouseUrl,
    log: createLogger('test', 'error'),
    clock: systemClock,
  });
  await store.command("ALTER TABLE window_hours DELETE WHERE item_id = 'item1' SETTINGS mutations_sync = 1");
  await store.close();
  const { code, stdout } = await cli(system, ['ledger', '--wait', '30']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/windows: the hours had \d+ events .* nextcart rebuild makes them again/);
  expect((await cli(system, ['rebuild'])).code).toBe(0);
  const cured = await cli(system, ['ledger', '--wait', '30']);
  expect(cured.stdout).toContain('windows have all rows');
  expect(cured.code).toBe(0);
});

test('nextcart ledger exits 1 where a row is gone, and names its offset', async () => {
  const store = createStore({
    url: system.stack.urls.clickhouseUrl,
    log: createLogger('test', 'error'),
    clock: systemClock,
  });
  const [row] = await store.query<{ partition: number; offset: number }>(
    'SELECT partition, offset FROM events ORDER BY offset LIMIT 1',
  );
  await store.command(
    'DELETE FROM events WHERE partition = {partition:Int32} AND offset = {offset:Int64}',
    { ...row },
    { lightweight_deletes_sync: '2' },
  );
  await store.close();
  const { code, stdout } = await cli(system, ['ledger', '--wait', '1']);
  expect(code).toBe(1);
  expect(stdout).toContain(
    `partition ${row?.partition}: 1 records of the log have no row, the first at offset ${row?.offset}`,
  );
});

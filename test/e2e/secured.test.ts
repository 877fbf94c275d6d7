import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readEnv } from '@nextcart/cli';
import { createKafka, kafkaConnection } from '@nextcart/kafka';
import { repoRoot } from '@nextcart/local';
import { createLogger, systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';
import { type SecuredServers, securedServers, type Variables } from '../support/secured-servers.ts';

let servers: SecuredServers;
beforeAll(async () => {
  servers = await securedServers(inject('urls'));
}, 60_000);
afterAll(() => servers?.stop());

/** The log by our own client, made of the environment alone. */
const connect = (over: Variables = {}) => {
  const connection = kafkaConnection(readEnv({ ...servers.env, ...over }), 'secured');
  const kafka = createKafka({ connection, log: createLogger('test', 'silent'), clock: systemClock });
  onTestFinished(() => kafka.close());
  return kafka;
};

const nextcart = (command: string, over: Variables = {}) =>
  runProgram(process.execPath, [join(repoRoot, 'packages', 'cli', 'src', 'main.ts'), command], {
    env: { ...servers.env, ...over, NO_COLOR: '1' },
  });

test('setup goes through TLS and logins everywhere, and the doctor finds nothing', async () => {
  expect(await nextcart('setup')).toMatchObject({ code: 0, stdout: expect.stringContaining('schemas:') });
  const { code, stdout } = await nextcart('doctor');
  expect(stdout).toMatch(/✓ kafka connection: reachable/);
  expect(stdout).toMatch(/all is well/);
  expect(code).toBe(0);
});

test.each(['plain', 'scram-sha-512'])('with the login %s a record goes out and comes in', async (mechanism) => {
  const kafka = connect({ KAFKA_SASL_MECHANISM: mechanism });
  const topic = uniqueName('secured');
  await kafka.admin.ensureTopics([{ name: topic, schema: 'behaviour-event', partitions: 1, config: {} }]);
  const producer = await kafka.createProducer();
  await producer.sendAll([{ topic, key: Buffer.from('key'), value: Buffer.from('value') }]);
  const { promise, resolve } = Promise.withResolvers<string[]>();
  await kafka.consume({
    groupId: uniqueName('group'),
    topic,
    onAssigned: async ({ start }) => ({
      startOffset: start,
      process: async (records) => resolve(records.map(({ value }) => String(value))),
      release: async () => {},
    }),
  });
  expect(await promise).toEqual(['value']);
});

const noLogin = { KAFKA_SASL_MECHANISM: undefined, KAFKA_SASL_USERNAME: undefined, KAFKA_SASL_PASSWORD: undefined };
const noTls = { KAFKA_TLS: 'false', KAFKA_CA_FILE: undefined };

test.each<[string, Variables, RegExp]>([
  ['a wrong password', { KAFKA_SASL_PASSWORD: 'guess' }, /correct .*KAFKA_SASL_PASSWORD/],
  [
    'a wrong plain password',
    { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_PASSWORD: 'guess' },
    /correct .*SASL_PASSWORD/,
  ],
  ['a mechanism that the broker lacks', { KAFKA_SASL_MECHANISM: 'scram-sha-256' }, /correct KAFKA_SASL_MECHANISM/],
  ['no login', noLogin, /wants a login, set KAFKA_SASL_MECHANISM/],
])('%s is an error that names the variable to mend', async (_name, over, cure) => {
  await expect(connect(over).admin.topic('any')).rejects.toMatchObject({
    code: 'broker_unavailable',
    message: expect.stringMatching(/^Kafka does not let us in: /),
    cure: expect.stringMatching(cure),
  });
});

test('what a listener does not speak is an error that names the variable to mend', async () => {
  const plain = { KAFKA_BROKERS: servers.plainBroker };
  const ask = (over: Variables, cure: RegExp) => expect(connect(over).admin.topic('any')).rejects.toThrow(cure);
  await Promise.all([
    ask(noTls, /let us in: .* wants TLS, set KAFKA_TLS=true/),
    ask(plain, /let us in: .* unset KAFKA_TLS/),
    ask({ ...plain, ...noTls }, /let us in: .* unset KAFKA_SASL_MECHANISM/),
  ]);
});

test.concurrent('the doctor tells wrong passwords of all three servers, each with its cure', async () => {
  const wrong = (name: string): string => String(servers.env[name]).replace(/:[^:@/]+@/, ':guess@');
  const { code, stdout } = await nextcart('doctor', {
    KAFKA_SASL_PASSWORD: 'guess',
    CLICKHOUSE_URL: wrong('CLICKHOUSE_URL'),
    SCHEMA_REGISTRY_URL: wrong('SCHEMA_REGISTRY_URL'),
  });
  expect(code).toBe(1);
  expect(stdout).toMatch(/✗ kafka connection: .*\n {2}→ correct KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD\n/);
  expect(stdout).toMatch(/✗ clickhouse .*\n {2}→ correct user and password in CLICKHOUSE_URL\n/);
  expect(stdout).toMatch(/✗ schema registry .*\n {2}→ correct user and password in SCHEMA_REGISTRY_URL\n/);
});

test.concurrent('the doctor tells of an authority that nobody knows, for all three servers', async () => {
  const names = ['KAFKA_CA_FILE', 'CLICKHOUSE_CA_FILE', 'SCHEMA_REGISTRY_CA_FILE'];
  const { code, stdout } = await nextcart('doctor', Object.fromEntries(names.map((name) => [name, undefined])));
  expect(code).toBe(1);
  for (const name of names) expect(stdout).toMatch(new RegExp(`\n {2}→ set ${name} to a PEM file`));
});

test.concurrent('the doctor tells which variables are not set, and which file is none', async () => {
  const [half, noFile] = await Promise.all([
    nextcart('doctor', { CLICKHOUSE_URL: undefined }),
    nextcart('doctor', { KAFKA_CA_FILE: '/nowhere/ca.pem' }),
  ]);
  expect(half).toMatchObject({ code: 1, stdout: expect.stringMatching(/CLICKHOUSE_URL: not set; expected http/) });
  expect(noFile).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/KAFKA_CA_FILE: \/nowhere\/ca\.pem can't be read/),
  });
});

test('a producer whose broker has gone closes within its limit, tells what it could not send, and lets its process end', async () => {
  const topic = uniqueName('gone');
  await connect().admin.ensureTopics([{ name: topic, schema: 'behaviour-event', partitions: 1, config: {} }]);
  const child = spawn(process.execPath, [join(repoRoot, 'test', 'support', 'lone-producer.ts'), topic], {
    env: { ...process.env, ...servers.env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('sent');
  await servers.killBroker();
  child.stdin.end();
  const { closedMs, rejected } = JSON.parse(String((await lines.next()).value));
  expect(closedMs).toBeLessThan(2000);
  expect(rejected).toEqual(Array.from({ length: 3 }, () => expect.stringContaining('within 0.5 s the broker did not')));
  const from = performance.now();
  await once(child, 'exit');
  expect(performance.now() - from).toBeLessThan(10_000);
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { schemaText, topics } from '@nextcart/contracts';
import { afterEach, expect, test } from 'vitest';
import { renderFinding } from '../commands/doctor.ts';
import { judgeLag, lagOf, pipelines } from './check-lag.ts';
import { judgeSchema, judgeTopic } from './check-log.ts';
import { checkNode } from './check-programs.ts';
import { checkBrokers, checkRedis } from './check-servers.ts';
import { checkServices } from './check-services.ts';
import { look } from './finding.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
const serve = (body: unknown): Promise<string> =>
  new Promise((resolve) => {
    const server = createServer((_request, response) => void response.end(JSON.stringify(body)));
    servers.push(server);
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
const closedPort = async (): Promise<number> => {
  const url = await serve({});
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return Number(new URL(url).port);
};

test('an old Node is told which one is needed', () => {
  expect(checkNode('24.5.9')).toMatchObject({ ok: false, cure: expect.stringContaining('24.6') });
  expect(checkNode('24.6.0').ok).toBe(true);
  expect(checkNode('25.0.0').ok).toBe(true);
});

test('a topic that is missing or has other partitions is named with its cure', () => {
  expect(judgeTopic(topics.events, 4).ok).toBe(true);
  expect(judgeTopic(topics.events, null)).toMatchObject({ ok: false, cure: 'run `nextcart setup`' });
  expect(judgeTopic(topics.events, 8)).toMatchObject({ ok: false, detail: '8 partitions, nextcart expects 4' });
});

test('a registered schema that this nextcart cannot read is an alarm', () => {
  const own = schemaText('behaviour-event');
  const latest = (schema: string) => ({ id: 1, version: 2, schema });
  expect(judgeSchema(topics.events, latest(own)).ok).toBe(true);
  expect(judgeSchema(topics.events, null)).toMatchObject({ ok: false, detail: 'not registered' });
  const without = JSON.parse(own) as { fields: { name: string }[] };
  without.fields = without.fields.filter(({ name }) => name !== 'eventId');
  expect(judgeSchema(topics.events, latest(JSON.stringify(without)))).toMatchObject({
    ok: false,
    detail: expect.stringContaining("version 2 can't be read"),
  });
});

test('an unknown lag is an alarm, an empty partition is not, and a planned batch that is in does not lag', () => {
  const at = { partition: 0, start: 10, end: 1000 };
  const committed = { offset: 400, metadata: '' };
  expect(lagOf(at, undefined, 1000)).toBeNull();
  expect(lagOf({ ...at, end: 10 }, undefined, undefined)).toBe(0);
  expect(lagOf(at, committed, undefined)).toBe(600);
  expect(lagOf(at, committed, 1000)).toBe(0);
  const [pipeline] = pipelines;
  if (pipeline === undefined) throw new Error('no pipelines');
  expect(judgeLag(pipeline, 3, null)).toMatchObject({ ok: false, cure: expect.stringContaining("'ingest'") });
  expect(judgeLag(pipeline, 3, 50_001).ok).toBe(false);
  expect(judgeLag(pipeline, 3, 50_000).ok).toBe(true);
});

test('servers that do not answer are told apart from those that do', async () => {
  const port = await closedPort();
  const open = new URL(await serve({})).port;
  expect(await checkBrokers([`127.0.0.1:${port}`, `127.0.0.1:${open}`])).toMatchObject([
    { ok: false, detail: 'ECONNREFUSED', cure: expect.stringContaining('KAFKA_BROKERS') },
    { ok: true },
  ]);
  expect(await checkRedis(undefined)).toEqual([]);
  expect(await checkRedis(`redis://127.0.0.1:${port}`)).toMatchObject([{ ok: false, detail: 'ECONNREFUSED' }]);
  // something else than Redis behind the port
  expect(await checkRedis(`redis://127.0.0.1:${open}`)).toMatchObject([
    { ok: false, detail: expect.stringContaining('HTTP') },
  ]);
});

test('each service says itself what it waits for', async () => {
  const ill = {
    ok: false,
    checks: { consumer: { ok: true, detail: '' }, store: { ok: false, detail: 'waits for ClickHouse' } },
  };
  const findings = await checkServices({
    ingest: await serve({ ok: true, checks: {} }),
    scorer: await serve(ill),
    features: `http://127.0.0.1:${await closedPort()}`,
  });
  expect(findings).toMatchObject([
    { ok: true, what: 'service ingest' },
    { ok: false, what: 'service scorer: store', detail: 'waits for ClickHouse' },
    { ok: false, what: 'service features', cure: expect.stringContaining('npm start') },
  ]);
});

test('a look that fails is a finding, and what is wrong is shown with its cure', async () => {
  const [finding] = await look('topics', 'see the broker', () => Promise.reject(new Error('no answer')));
  if (finding === undefined) throw new Error('no finding');
  expect(renderFinding(finding)).toEqual(['✗ topics: no answer', '  → see the broker']);
});

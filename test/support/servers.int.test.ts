import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { choosePort, HOST, repoRoot, stackEnv } from '@nextcart/local';
import { afterEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import { type Finished, runProgram } from './run-program.ts';
import { obtainServers } from './servers.ts';

afterEach(() => vi.unstubAllEnvs());

/** From an event to a list through Kafka, the registry and ClickHouse, as somebody runs it whose environment names servers. */
const runTour = (env: Readonly<Record<string, string>>): Promise<Finished> =>
  runProgram(
    process.execPath,
    [
      join(repoRoot, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--project',
      'integration',
      'test/tour/06-a-list.test.ts',
    ],
    { env: { ...env, NO_COLOR: '1', VITEST: undefined }, timeoutMs: 110_000 },
  );

test('servers that the environment names are used by a run, which says so and passes', async () => {
  const { code, stdout, stderr } = await runTour(stackEnv(inject('urls')));
  expect(stdout).toMatch(/\[servers\] tests use servers from the environment\n/);
  expect(stdout, stderr).toMatch(/Tests {2}\d+ passed \(\d+\)\n/);
  expect(code).toBe(0);
}, 120_000);

test('a run whose environment names a server that is not there fails with the reason, and no test counts as passed', async () => {
  const redis = `${HOST}:${await choosePort(undefined, new Set())}`;
  const { code, stdout, stderr } = await runTour({ ...stackEnv(inject('urls')), REDIS_URL: `redis://${redis}` });
  expect(stderr).toContain(`Error: REDIS_URL names a server that does not answer: ${redis} (connect ECONNREFUSED`);
  expect(stdout + stderr).not.toMatch(/passed/);
  expect(code).toBe(1);
}, 120_000);

test('where an engine answers but has no images and can pull none, the local stack is taken and the reason is told', async () => {
  const asked: string[] = [];
  vi.stubEnv('DOCKER_HOST', await standInEngine(asked));
  vi.stubEnv('TESTCONTAINERS_RYUK_DISABLED', '');
  const { KAFKA_BROKERS: _k, CLICKHOUSE_URL: _c, REDIS_URL: _r, SCHEMA_REGISTRY_URL: _s, ...env } = process.env;
  const said: string[] = [];
  const servers = await obtainServers(env, (line) => said.push(line));
  onTestFinished(() => servers.stop());
  expect(asked).toContain('POST /images/create');
  expect(said[0]).toMatch(/^containers can't be used \(.*no more pulls today.*\): taking the local stack$/);
  expect(servers.from).toBe('local stack');
  expect((await fetch(`${servers.urls.schemaRegistryUrl}/subjects`)).ok).toBe(true);
}, 120_000);

/** As much of a Docker engine as testcontainers asks before it pulls; `asked` takes what it was asked. Its address. */
const standInEngine = async (asked: string[]): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'nextcart-engine-'));
  const answers: Readonly<Record<string, object>> = {
    'GET /info': { OperatingSystem: 'Debian', OSType: 'linux', Architecture: 'x86_64', NCPU: 2, MemTotal: 2 ** 30 },
    'GET /networks/bridge': { IPAM: { Config: [{ Gateway: '172.17.0.1' }] } },
    'GET /containers/json': [],
  };
  const server: Server = createServer((request, response) => {
    const question = `${request.method} ${(request.url ?? '').split('?')[0]}`;
    asked.push(question);
    const status = question in answers ? 200 : request.method === 'GET' ? 404 : 500;
    const answer = answers[question] ?? { message: status === 404 ? 'no such image' : 'no more pulls today' };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 'docker.sock'), resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });
  return `unix://${folder}/docker.sock`;
};

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readEnv as trainerEnv } from '@nextcart/trainer';
import { expect, test } from 'vitest';
import { type ComposeService, infraFolder as folder, readComposeFile } from './compose-file.ts';

const compose = readComposeFile();
const services = Object.entries(compose.services);

test('every image that is not built here is pinned to a version', () => {
  for (const [name, { image, build }] of services)
    if (build === undefined) expect(image, name).toMatch(/^[\w/-]+:\d+\.\d+[\w.-]*$/);
});

test('every port is published on this machine only', () => {
  for (const [name, { ports = [] }] of services)
    for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
});

test('every service says when it is well, and depends on services that are there', () => {
  const names = services.map(([name]) => name);
  for (const [name, { healthcheck, depends_on: needs = {} }] of services) {
    expect(healthcheck, name).toBeDefined();
    expect(names).toEqual(expect.arrayContaining(Object.keys(needs)));
  }
});

test('every service of nextcart is run', () => {
  const run = services.flatMap(([, { command = [] }]) => /^services\/(\w+)\//.exec(command[1] ?? '')?.[1] ?? []);
  expect(run.toSorted()).toEqual(readdirSync(`${folder}../services`).toSorted());
});

test('scorers find releases where the trainer wrote them, on a volume that its user may write to', () => {
  const { trainer, scorer } = compose.services;
  const path = trainer?.environment?.['TRAINER_DATA_DIR'];
  const volume = trainer?.volumes?.[0] ?? '';
  expect(volume).toBe(`models:${path}`);
  expect(scorer?.volumes).toEqual([`${volume}:ro`]);
  expect(Object.keys(compose.volumes)).toContain('models');
  expect(readFileSync(`${folder}Dockerfile`, 'utf8')).toContain(`RUN install -d -o node -g node ${path}\nUSER node\n`);
});

test('the trainer takes what it is told, and has memory for a training besides its own', () => {
  const { environment = {}, mem_limit: limit = '', cpu_shares: shares } = compose.services['trainer'] as ComposeService;
  const env = trainerEnv(environment);
  expect(Number(/^(\d+)g$/.exec(limit)?.[1])).toBeGreaterThanOrEqual(env.TRAINER_MEMORY_GIB + 2);
  expect(shares).toBeLessThan(1024); // of every other
});

test('what is mounted, and what is run, is in this repository', () => {
  for (const [name, { volumes = [], command = [] }] of services) {
    const mounted = volumes.map((volume) => volume.split(':')[0] ?? '').filter((source) => source.startsWith('.'));
    for (const source of mounted) expect(existsSync(`${folder}${source}`), `${name}: ${source}`).toBe(true);
    const script = command.find((word) => word.endsWith('.ts'));
    if (script !== undefined) expect(existsSync(`${folder}../${script}`), `${name}: ${script}`).toBe(true);
  }
});

test('docker compose itself accepts the file', (context) => {
  try {
    execFileSync('docker', ['compose', 'version'], { stdio: 'ignore' });
  } catch {
    context.skip('no docker command with compose on this machine');
  }
  execFileSync('docker', ['compose', '-f', `${folder}compose.yaml`, '--profile', 'demo', 'config', '--quiet']);
});

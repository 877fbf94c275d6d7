import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { composeImage } from './images.ts';

const folder = fileURLToPath(new URL('../../infra/', import.meta.url));
interface Service {
  image: string;
  build?: unknown;
  ports?: string[];
  volumes?: string[];
  healthcheck: object;
  depends_on?: Record<string, object>;
  command?: string[];
}
const services = Object.entries(
  (parse(readFileSync(`${folder}compose.yaml`, 'utf8'), { merge: true }) as { services: Record<string, Service> })
    .services,
);

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

test('what is mounted, and what is run, is in this repository', () => {
  for (const [name, { volumes = [], command = [] }] of services) {
    const mounted = volumes.map((volume) => volume.split(':')[0] ?? '').filter((source) => source.startsWith('.'));
    for (const source of mounted) expect(existsSync(`${folder}${source}`), `${name}: ${source}`).toBe(true);
    const script = command.find((word) => word.endsWith('.ts'));
    if (script !== undefined) expect(existsSync(`${folder}../${script}`), `${name}: ${script}`).toBe(true);
  }
});

test('tests with containers take the same images', () => {
  for (const [name, { image, build }] of services) if (build === undefined) expect(composeImage(name)).toBe(image);
  expect(() => composeImage('nothing')).toThrow(/no service 'nothing'/);
});

test('docker compose itself accepts the file', (context) => {
  try {
    execFileSync('docker', ['compose', 'version'], { stdio: 'ignore' });
  } catch {
    context.skip('no docker command with compose on this machine');
  }
  execFileSync('docker', ['compose', '-f', `${folder}compose.yaml`, '--profile', 'demo', 'config', '--quiet']);
});

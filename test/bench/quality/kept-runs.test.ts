import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createKeptRuns, hashSources, PACKAGES } from './kept-runs.ts';
import type { QualityRun } from './quality-bench.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nextcart-kept-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const shared = Float64Array.of(9, 0.25, 0.5, 9);
const run: QualityRun = {
  n: { users: 2 },
  rows: [{ name: 'EDLAE', kind: 'part', subjects: { 'NDCG@20': shared.subarray(1, 3) }, settings: 'lambda 300' }],
  choices: [],
  curves: [],
};

test('a seed is found again, its figures by subject included, by the code and settings that measured it alone', () => {
  createKeptRuns(folder, 'gowalla', { code: 'a', threads: 2 }).keep(1, {
    at: '2026-01-01T00:00:00.000Z',
    seconds: 60,
    run,
  });

  const same = createKeptRuns(folder, 'gowalla', { code: 'a', threads: 2 });
  expect(same.find(1)).toEqual({
    at: '2026-01-01T00:00:00.000Z',
    seconds: 60,
    run: { ...run, rows: [{ ...run.rows[0], subjects: { 'NDCG@20': Float64Array.of(0.25, 0.5) } }] },
  });
  expect(same.find(2)).toBeUndefined();
  expect(createKeptRuns(folder, 'gowalla', { code: 'b', threads: 2 }).find(1)).toBeUndefined();
  expect(createKeptRuns(folder, 'ml-1m', { code: 'a', threads: 2 }).find(1)).toBeUndefined();
});

test('a file that was cut off counts as none', () => {
  const kept = createKeptRuns(folder, 'gowalla', {});
  kept.keep(1, { at: '2026-01-01T00:00:00.000Z', seconds: 60, run });
  const [file] = readdirSync(folder) as [string];
  truncateSync(join(folder, file), 40);
  expect(kept.find(1)).toBeUndefined();
});

test('code is another one when a source changes, and the same when a test does', () => {
  const put = (file: string, text: string): void => {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  put('packages/models/src/deep/fit.ts', 'a');
  const before = hashSources(folder);
  put('packages/models/src/deep/fit.test.ts', 'b');
  put('services/scorer/src/main.ts', 'c');
  put('packages/clickhouse/src/store.ts', 'c');
  expect(hashSources(folder)).toBe(before);
  put('packages/models/src/deep/fit.ts', 'd');
  const changed = hashSources(folder);
  expect(changed).not.toBe(before);
  put('test/bench/quality/table.ts', 'e');
  expect(hashSources(folder)).not.toBe(changed);
});

test('no figure depends on a package that is not hashed', () => {
  const root = join(import.meta.dirname, '../../..');
  const sources = globSync([`packages/{${PACKAGES.join(',')}}/src/**/*.ts`, 'test/bench/quality/**/*.ts'], {
    cwd: root,
  });
  const imported = sources
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/['"]@nextcart\/([a-z-]+)/g)])
    .map(([, name]) => name);
  expect(new Set(imported)).toEqual(new Set([...PACKAGES, 'local'])); // 'local' says where data lie
});

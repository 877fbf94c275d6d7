import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { qualityBenches } from '../../benches.ts';
import { parseQuality } from '../command.ts';
import { meanOf } from '../intervals.ts';
import { readHistories, readSets } from './read-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'own-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, lines: readonly string[]): string => {
  const path = join(folder, name);
  const text = `${lines.join('\n')}\n`;
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
};
const parse = (...args: string[]) => parseQuality(['quality:own', ...args], qualityBenches);
const runQuick = async (source: string, file: string) => {
  const { bench, data } = parse('--source', source, '--file', file, '--quick');
  const { rows, n } = await bench.run({
    ...{ dataFolder: data, quick: true, seed: 1, threads: 1, signal: new AbortController().signal },
    log: () => undefined,
    progress: () => ({ at: () => undefined, done: () => undefined }),
  });
  const meanOfRow = (name: string, metric: string) =>
    meanOf(rows.find((row) => row.name === name)?.subjects[metric] as Float64Array);
  return { n, meanOfRow };
};

/** Two kinds of people, each with 40 items of their own, of which they have some. */
const itemsOf = (user: number, step: number) => (user % 2) * 40 + ((user * 7 + step * 11) % 40);

test('sets as LightGCN writes them: what a user has tells what they lack', { timeout: 120_000 }, async () => {
  const lines = (steps: readonly number[]) =>
    Array.from({ length: 120 }, (_, user) => [user, ...steps.map((step) => itemsOf(user, step))].join(' '));
  write('train.txt.gz', lines([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]));
  write('test.txt', lines([12, 13, 14]));
  const { n, meanOfRow } = await runQuick('lightgcn', folder);
  expect(n).toMatchObject({ users: 120, items: 80, 'training pairs': 1440, 'test pairs': 360 });
  // of 28 items of their kind that they lack 20 are shown
  expect(meanOfRow('fusion', 'Recall@20')).toBeGreaterThan(0.5);
  expect(meanOfRow('popularity', 'Recall@20')).toBeLessThan(0.5);
});

test('sessions as SR-GNN writes them: what comes after what', { timeout: 120_000 }, async () => {
  const session = (start: number) => Array.from({ length: 5 }, (_, step) => `i${(start * 5 + step) % 60}`);
  write(
    'train_sessions.txt',
    Array.from({ length: 900 }, (_, at) => session(at).join(' ')),
  );
  write(
    'test_pairs.txt.gz',
    Array.from({ length: 60 }, (_, at) => `${session(at).slice(0, 4).join(' ')}\t${session(at)[4]}`),
  );
  const { n, meanOfRow } = await runQuick('srgnn', folder);
  expect(n).toMatchObject({ items: 60, prefixes: 60 });
  expect(meanOfRow('fusion', 'MRR@20')).toBeGreaterThan(0.9);
});

test('histories: users and items by any name, none of fewer than three items', () => {
  const file = write('log.csv', ['ann,tea', 'bob,tea', 'ann,pot', 'bob,cup', 'ann,cup', 'ann,tea']);
  expect(readHistories(file)).toEqual({ items: 3, histories: [[0, 1, 2, 0]] });
  expect(() => readHistories(write('bad.csv', ['ann,tea', 'ann,pot,3']))).toThrow(
    "bad.csv, line 2: 'ann,pot,3' is not a user and an item",
  );
});

test('users of one file alone, and users that are left out, are there without items', () => {
  write('train.txt', ['0 1 2', '2 0']);
  write('test.txt', ['3 4']);
  const { items, train, test: later } = readSets(folder);
  expect([items, [...train.rowStart], [...later.rowStart]]).toEqual([5, [0, 2, 2, 3, 3], [0, 0, 0, 0, 1]]);
  write('train.txt', ['0 1', '1 x']);
  expect(() => readSets(folder)).toThrow("train.txt, line 2: '1 x' is no user's number and those of items");
});

test('what is typed must make sense, and files that are named must be there', () => {
  expect(() => parse()).toThrow('quality:own takes --source and --file');
  expect(() => parse('--source', 'csv', '--file', folder)).toThrow('--source csv: there are lightgcn, sasrec, srgnn, ');
  expect(() => parse('--source', 'lightgcn', '--file', folder)).toThrow(`--file: no '${join(folder, 'train.txt')}'`);
  expect(() => parseQuality(['quality:ml-1m', '--file', folder], qualityBenches)).toThrow(
    '--source and --file are of quality:own',
  );
});

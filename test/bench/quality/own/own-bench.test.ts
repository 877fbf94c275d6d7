import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { qualityBenches } from '../../benches.ts';
import { parseQuality } from '../command.ts';
import { meanOf } from '../intervals.ts';
import { readSessions } from '../sessions/data.ts';
import { ownRunOf } from './own-run.ts';
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

test('a file as SASRec has it: what comes next in everybody’s order', { timeout: 120_000 }, async () => {
  const lines = Array.from({ length: 7000 }, (_, at) => {
    const [user, step] = [at % 1000, Math.floor(at / 1000)];
    return `u${user},i${(Math.floor(user / 10) * 7 + step) % 50}`;
  });
  const { n, meanOfRow } = await runQuick('sasrec', write('log.csv', [...lines, 'u0,i3', 'u0,i4', 'u0,i5']));
  // every tenth user is looked at in a quick run; u0 had i3 to i5 before
  expect(n).toMatchObject({ users: 100, items: 50, 'repeats left out': 3 });
  expect(meanOfRow('fusion', 'NDCG@10')).toBeGreaterThan(0.8);
});

test('sessions of a set that nextcart import reads: the newest tenth is the test', { timeout: 120_000 }, async () => {
  const START = Date.UTC(2026, 0, 1);
  const lines = Array.from({ length: 300 }, (_, visit) =>
    [0, 1, 2].map((step) => {
      const time = START + visit * 3_600_000 + step * 60_000;
      return `${time},v${visit % 7},view,${(visit * 3 + step) % 30},`;
    }),
  ).flat();
  write('events.csv', ['timestamp,visitorid,event,itemid,transactionid', ...lines]);
  const { n, meanOfRow } = await runQuick('retailrocket', folder);
  expect(n).toMatchObject({ 'training sessions': 270, 'test sessions': 30, prefixes: 60, items: 30 });
  expect(meanOfRow('fusion', 'MRR@20')).toBeGreaterThan(0.9);
});

test('histories: users and items by any name, none of fewer than three items; what comes again counts once, as the last', () => {
  const file = write('log.csv', [
    ...['bob,tea', 'ann,tea', 'bob,cup', 'ann,pot', 'bob,pot', 'ann,cup', 'ann,tea', 'eve,egg', 'eve,tea'],
  ]);
  const [bob, ann] = [
    [0, 1, 2],
    [2, 1, 0],
  ];
  expect(readHistories(file)).toEqual({ items: 3, histories: [bob, ann], repeats: 1 });
  for (const bad of ['ann,pot,3', 'ann,', ',pot'])
    expect(() => readHistories(write('bad.csv', ['ann,tea', bad]))).toThrow(
      `bad.csv, line 2, '${bad}': not a user and an item`,
    );
});

test('sets: users and items by any name, users of one file alone are there; nobody and nothing is there twice', () => {
  write('train.txt', ['0 1 85123000', 'ann 1']);
  write('test.txt', ['99999999999 4']);
  const { items, train, test: later } = readSets(folder);
  expect([items, [...train.rowStart], [...later.rowStart]]).toEqual([3, [0, 2, 3, 3], [0, 0, 0, 1]]);
  write('train.txt', ['0 1', '0 2']);
  expect(() => readSets(folder)).toThrow("train.txt, line 2, '0 2': user 0 has a line already");
  write('train.txt', ['0 1 1']);
  expect(() => readSets(folder)).toThrow("train.txt, line 1, '0 1 1': item 1 is there twice");
});

test('sessions: blanks and line ends make no items, a line without a tab is no pair', () => {
  write('train_sessions.txt', ['a b\r', '', 'b  c ']);
  write('test_pairs.txt', ['a\tb\r', '', 'b x\tc']);
  const { items, sessions, test: pairs } = readSessions(folder);
  expect([items, sessions.map((one) => [...one])]).toEqual([
    3,
    [
      [0, 1],
      [1, 2],
    ],
  ]);
  expect(pairs.map(({ query, target }) => [...query, target])).toEqual([
    [0, 1],
    [1, -1, 2],
  ]);
  write('test_pairs.txt', ['a b']);
  expect(() => readSessions(folder)).toThrow("test_pairs.txt, line 1, 'a b': not a session so far, a tab and");
});

test('data that leave nothing to learn from, to choose by or to be found say so', async () => {
  write('train_sessions.txt', ['a b']);
  write('test_pairs.txt', ['a\tb']);
  await expect(runQuick('srgnn', folder)).rejects.toThrow('the data have nothing to learn from');
  write('train.txt', ['0 1 2 3']);
  write('test.txt', []);
  await expect(runQuick('lightgcn', folder)).rejects.toThrow('the data have nothing to choose by');
  write(
    'train.txt',
    Array.from({ length: 60 }, (_, user) => `${user} ${[0, 1, 2, 3, 4].map((step) => itemsOf(user, step)).join(' ')}`),
  );
  await expect(runQuick('lightgcn', folder)).rejects.toThrow('the data have nothing to be found');
});

test('a run is kept for these files as they are', () => {
  const file = write('train.txt', ['0 1']);
  const before = ownRunOf('own-lightgcn', folder);
  expect(ownRunOf('own-lightgcn', folder)).toEqual(before);
  expect(ownRunOf('own-sasrec', file).name).not.toBe(before.name.replace('lightgcn', 'sasrec'));
  write('train.txt', ['0 1 2']);
  expect(ownRunOf('own-lightgcn', folder).name).toBe(before.name);
  expect(ownRunOf('own-lightgcn', folder).files).not.toEqual(before.files);
});

test('what is typed must make sense, and files that are named must be there', () => {
  expect(() => parse()).toThrow('quality:own takes --source and --file');
  expect(() => parse('--source', 'csv', '--file', folder)).toThrow('--source csv: there are lightgcn, sasrec, srgnn, ');
  expect(() => parse('--source', 'lightgcn', '--file', folder)).toThrow(`--file: no '${join(folder, 'train.txt')}'`);
  expect(() => parseQuality(['quality:ml-1m', '--file', folder], qualityBenches)).toThrow(
    '--source and --file are of quality:own',
  );
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEventSessions } from './event-sessions.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sessions-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const minute = (count: number): number => Date.UTC(2026, 0, 1, 0, count);
const read = async (source: string, cut: number) => {
  const { items, sessions, test } = await readEventSessions(source, folder, () => cut);
  return {
    items,
    sessions: sessions.map((one) => [...one]),
    test: test.map(({ query, target }) => [...query, target]),
  };
};

test('a session over the cut is neither learned from nor tested, and what nobody knows is left out of the test', async () => {
  const clicks = [
    ['1', 0, 'a'],
    ['2', 1, 'b'],
    ['1', 2, 'b'],
    ['2', 9, 'c'], // over the cut
    ['3', 6, 'b'],
    ['3', 7, 'c'],
    ['3', 8, 'a'],
  ] as const;
  const lines = clicks.map(([session, at, item]) => `${session},${new Date(minute(at)).toISOString()},${item},0\n`);
  writeFileSync(join(folder, 'yoochoose-clicks.dat'), lines.join(''));
  expect(await read('yoochoose', minute(5))).toEqual({ items: 2, sessions: [[0, 1]], test: [[1, 0]] });
});

test('without sessions in the set a pause of half an hour ends one, and they come in the order of their ends', async () => {
  const deeds = [
    [0, 'ann', 'view', '1'],
    [1, 'bob', 'view', '2'],
    [2, 'ann', 'view', '1'], // the same once more
    [3, 'ann', 'addtocart', '1'],
    [33, 'ann', 'view', '2'],
    [64, 'ann', 'view', '3'], // 31 minutes later
    [65, 'bob', 'view', '3'],
  ] as const;
  const lines = deeds.map(([at, who, what, item]) => `${minute(at)},${who},${what},${item},\n`);
  writeFileSync(join(folder, 'events.csv'), `timestamp,visitorid,event,itemid,transactionid\n${lines.join('')}`);
  const ofItems = { items: 3, sessions: [[0], [1, 1, 0], [2], [2]], test: [] };
  expect(await read('retailrocket', minute(90))).toEqual(ofItems);
});

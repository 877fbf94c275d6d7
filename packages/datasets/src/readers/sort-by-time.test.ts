import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { sortByTime, type Timed } from './sort-by-time.ts';

async function* shuffled(n: number): AsyncGenerator<Timed<number>> {
  for (let i = 0; i < n; i += 1) yield { time: (i * 7919) % 101, row: i };
}
const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('nextcart-sort-')).length;

test('runs on disk are merged into the order of one stable sort', async () => {
  const expected: Timed<number>[] = [];
  for await (const row of shuffled(1000)) expected.push(row);
  expected.sort((a, b) => a.time - b.time);
  const actual: Timed<number>[] = [];
  for await (const row of sortByTime(shuffled(1000), 64)) actual.push(row);
  expect(actual).toEqual(expected);
});

test('a reader that leaves early leaves no folder behind', async () => {
  const before = left();
  for await (const row of sortByTime(shuffled(1000), 64)) {
    expect(left()).toBe(before + 1);
    expect(row.time).toBe(0);
    break;
  }
  expect(left()).toBe(before);
});

import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { sortByTime, type Timed } from './sort-by-time.ts';

async function* shuffled(n: number): AsyncGenerator<Timed<number>> {
  for (let i = 0; i < n; i += 1) yield { time: (i * 7919) % 101, row: i };
}
const unheard = () => {};
const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('nextcart-sort-')).length;

test('runs on disk are merged into the order of one stable sort', async () => {
  const expected: Timed<number>[] = [];
  for await (const row of shuffled(1000)) expected.push(row);
  expected.sort((a, b) => a.time - b.time);
  const actual: Timed<number>[] = [];
  for await (const row of sortByTime(shuffled(1000), unheard, 64)) actual.push(row);
  expect(actual).toEqual(expected);
});

test('a reader that leaves early leaves no folder behind', async () => {
  const before = left();
  for await (const row of sortByTime(shuffled(1000), unheard, 64)) {
    expect(left()).toBe(before + 1);
    expect(row.time).toBe(0);
    break;
  }
  expect(left()).toBe(before);
});

test('a source that fails half-way leaves no folder behind', async () => {
  const before = left();
  let spilt = 0;
  async function* broken() {
    yield* shuffled(1000);
    spilt = left() - before;
    throw new Error('stopped');
  }
  await expect(sortByTime(broken(), unheard, 64).next()).rejects.toThrow('stopped');
  expect(spilt).toBe(1);
  expect(left()).toBe(before);
});

test.each([64, 500, 2000])(
  'the number of rows is told before the first row comes, in runs of %i',
  async (runLength) => {
    const counts: number[] = [];
    let rows = 0;
    for await (const _ of sortByTime(shuffled(1000), (count) => counts.push(count), runLength)) {
      expect(counts).toEqual([1000]);
      rows += 1;
    }
    expect(rows).toBe(1000);
  },
);

test('a text with any line end in it comes back from the disk', async () => {
  const texts = ['a\u2028b', 'c\u2029d', 'e\r\nf', 'g\u0085h'];
  async function* rows(): AsyncGenerator<Timed<string>> {
    for (const [time, row] of texts.entries()) yield { time, row };
  }
  const read: string[] = [];
  for await (const { row } of sortByTime(rows(), unheard, 2)) read.push(row);
  expect(read).toEqual(texts);
});

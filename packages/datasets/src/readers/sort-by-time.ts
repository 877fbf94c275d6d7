/**
 * Puts rows into the order of time in bounded memory, for sets that are published by session or by user.
 * - Runs of `runLength` rows are sorted in memory and spilled to a folder of the system's temporary one; then merged.
 * - Stable: rows of one time stay in the order in which they came.
 * - The folder goes when the reading ends, also where it ends early.
 */
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface Timed<T> {
  /** Epoch ms. */
  readonly time: number;
  /** Plain JSON. */
  readonly row: T;
}

/** Some 200 MB of rows with a dozen short cells. */
const RUN_LENGTH = 500_000;

const sorted = <T>(run: Timed<T>[]): Timed<T>[] => run.sort((a, b) => a.time - b.time);

const spill = async <T>(path: string, run: Timed<T>[]): Promise<void> => {
  function* lines() {
    // readline ends lines at these two as well, and JSON leaves them as they are
    for (const timed of sorted(run))
      yield `${JSON.stringify(timed).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`;
  }
  await pipeline(Readable.from(lines()), createWriteStream(path));
};

async function* unspill<T>(path: string): AsyncGenerator<Timed<T>> {
  for await (const line of createInterface({ input: createReadStream(path) })) yield JSON.parse(line) as Timed<T>;
}

/** Runs are few (one per half a million rows), so the smallest head is found by looking at each. */
async function* merge<T>(runs: AsyncIterator<Timed<T>>[]): AsyncGenerator<Timed<T>> {
  const heads = await Promise.all(runs.map((run) => run.next()));
  try {
    for (;;) {
      let least = -1;
      let leastTime = Number.POSITIVE_INFINITY;
      for (const [index, head] of heads.entries()) {
        if (head.done === true || head.value.time >= leastTime) continue;
        least = index;
        leastTime = head.value.time;
      }
      if (least < 0) return;
      yield heads[least]?.value as Timed<T>;
      heads[least] = (await runs[least]?.next()) as IteratorResult<Timed<T>>;
    }
  } finally {
    for (const run of runs) await run.return?.();
  }
}

/** `counted` is told how many rows there are, before the first of them comes. */
export async function* sortByTime<T>(
  rows: AsyncIterable<Timed<T>>,
  counted: (rows: number) => void,
  runLength = RUN_LENGTH,
): AsyncGenerator<Timed<T>> {
  let folder: string | undefined;
  const files: string[] = [];
  let run: Timed<T>[] = [];
  try {
    for await (const row of rows) {
      run.push(row);
      if (run.length < runLength) continue;
      folder ??= mkdtempSync(join(tmpdir(), 'nextcart-sort-'));
      const file = join(folder, String(files.length));
      await spill(file, run);
      files.push(file);
      run = [];
    }
    counted(files.length * runLength + run.length);
    if (files.length === 0) return yield* sorted(run);
    const last = sorted(run);
    async function* inMemory() {
      yield* last;
    }
    yield* merge([...files.map((file) => unspill<T>(file)), inMemory()]);
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** How far a stopped import came; written after the broker has the records, so a resume repeats at most one chunk. */
export interface Checkpoint {
  /** Events that the broker has, or 0. */
  read(): number;
  write(count: number): void;
  clear(): void;
}

export const createCheckpoint = (path: string): Checkpoint => ({
  read: () => {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch {
      return 0;
    }
    const count = (JSON.parse(text) as { events?: number }).events;
    if (count === undefined || !Number.isSafeInteger(count))
      throw new Error(`${path} is not a checkpoint; delete it or pass --restart`);
    return count;
  },
  write: (count) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, `${JSON.stringify({ events: count })}\n`);
    renameSync(`${path}.new`, path);
  },
  clear: () => rmSync(path, { force: true }),
});

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const TAIL_BYTES = 4096;

/** The last lines of a log, for a person who has to see why a server did not start. */
export const logTail = (file: string, lines = 15): string => {
  try {
    const fd = openSync(file, 'r');
    try {
      const start = Math.max(0, fstatSync(fd).size - TAIL_BYTES);
      const buffer = Buffer.alloc(TAIL_BYTES);
      const length = readSync(fd, buffer, 0, TAIL_BYTES, start);
      const text = buffer.toString('utf8', 0, length).trimEnd().split('\n').slice(-lines).join('\n');
      return text === '' ? '(its log is empty)' : text;
    } finally {
      closeSync(fd);
    }
  } catch {
    return '(it wrote no log)';
  }
};

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const TAIL_BYTES = 4096;

/** The last text of a log, at most 4 KB of it and nothing before byte `since`; undefined where there is no log. */
const lastText = (file: string, since: number): string | undefined => {
  try {
    const fd = openSync(file, 'r');
    try {
      const start = Math.max(since, fstatSync(fd).size - TAIL_BYTES);
      const buffer = Buffer.alloc(TAIL_BYTES);
      return buffer.toString('utf8', 0, readSync(fd, buffer, 0, TAIL_BYTES, start)).trimEnd();
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
};

/** The last lines of a log, for a person who has to see why a server did not start. */
export const logTail = (file: string, lines = 15): string => {
  const text = lastText(file, 0)?.split('\n').slice(-lines).join('\n');
  return text === '' ? '(its log is empty)' : (text ?? '(it wrote no log)');
};

/** What a program said last to a person: the newest line from byte `since` on that is no JSON, nor a part of one. */
export const lastRemark = (file: string, since: number): string =>
  lastText(file, since)
    ?.split('\n')
    .findLast((line) => !line.startsWith('{') && !line.endsWith('}')) ?? '';

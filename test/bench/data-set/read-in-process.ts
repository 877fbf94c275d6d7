import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ReadAnswer, ReadArgument } from './read-process.ts';

/** `heapMib`: of its JavaScript heap, at most. Rejects where the process dies, as one does whose heap is full. */
export const readInProcess = async (argument: ReadArgument, heapMib: number): Promise<ReadAnswer> => {
  const script = join(import.meta.dirname, 'read-process.ts');
  const args = [`--max-old-space-size=${heapMib}`, script, JSON.stringify(argument)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as ReadAnswer;
};

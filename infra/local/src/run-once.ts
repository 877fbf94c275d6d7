import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { NextcartError } from '@nextcart/contracts';
import { logTail } from './log-tail.ts';
import type { Env } from './urls.ts';

/** Runs a Node program to its end with its output in a log; a failure shows the log's tail. */
export const runOnce = async (
  name: string,
  command: readonly string[],
  options: { readonly env: Env; readonly logFile: string; readonly signal: AbortSignal },
): Promise<void> => {
  const out = openSync(options.logFile, 'a');
  const child = spawn(process.execPath, command, {
    env: options.env,
    stdio: ['ignore', out, out],
    signal: options.signal,
  });
  closeSync(out);
  const how = await new Promise<string | number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1));
  });
  if (how !== 0)
    throw new NextcartError(
      'internal',
      `${name} ended with ${how}. Its log ${options.logFile} ends with:\n${logTail(options.logFile)}`,
      { retry: false },
    );
};

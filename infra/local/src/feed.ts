import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { logTail } from './log-tail.ts';
import { createPidBook } from './pids.ts';
import type { Env } from './urls.ts';

const STOP_TIMEOUT_MS = 10_000;

/** What brings events. Its end is said and nothing more: a simulation begun again would repeat itself. */
export const startFeed = (
  command: readonly string[],
  dataDir: string,
  env: Env,
  log: (line: string) => void,
): { stop(): Promise<void> } => {
  const logFile = join(dataDir, 'logs', 'feed.log');
  const pids = createPidBook(dataDir);
  const out = openSync(logFile, 'a');
  const child: ChildProcess = spawn(process.execPath, command, {
    env,
    stdio: ['ignore', out, out],
    detached: true,
  });
  closeSync(out);
  if (child.pid !== undefined) pids.record('feed', child.pid);
  let stopping = false;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      pids.forget('feed');
      if (!stopping)
        log(code === 0 ? 'all events are sent' : `events stopped (${signal ?? code}): ${logTail(logFile, 5)}`);
      resolve();
    });
    child.once('error', (error) => {
      log(`no events: ${error.message}`);
      resolve();
    });
  });
  return {
    async stop() {
      stopping = true;
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(kill);
    },
  };
};

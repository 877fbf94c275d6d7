import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { lastRemark, logTail } from './log-tail.ts';
import { createPidBook, recordChild } from './pids.ts';
import type { Env } from './urls.ts';

const STOP_TIMEOUT_MS = 10_000;

export interface RunningFeed {
  /** What it said last: its progress, or how it ended. */
  status(): string;
  /** SIGTERM, then SIGKILL after the grace; says how far it came. */
  stop(): Promise<void>;
}

/** What brings events. Its end is said and nothing more: a simulation begun again would repeat itself. */
export const startFeed = (
  command: readonly string[],
  dataDir: string,
  env: Env,
  log: (line: string) => void,
): RunningFeed => {
  const logFile = join(dataDir, 'logs', 'feed.log');
  const pids = createPidBook(dataDir);
  const out = openSync(logFile, 'a');
  const since = fstatSync(out).size; // before it stands what an earlier feed said
  const child: ChildProcess = spawn(process.execPath, command, {
    env,
    stdio: ['ignore', out, out],
    detached: true,
  });
  closeSync(out);
  if (child.pid !== undefined) recordChild(pids, 'feed', child.pid, log);
  let stopping = false;
  let failed: string | undefined;
  const status = (): string => failed ?? lastRemark(logFile, since);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      pids.forget('feed');
      if (stopping) log(`events: ${status()}`);
      else if (code === 0) log('all events are sent');
      else {
        failed = `events stopped (${signal ?? code}): ${status()}`;
        log(`events stopped (${signal ?? code}): ${logTail(logFile, 5)}`);
      }
      resolve();
    });
    child.once('error', (error) => {
      failed = `no events: ${error.message}`;
      log(failed);
      resolve();
    });
  });
  return {
    status,
    async stop() {
      stopping = true;
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(kill);
    },
  };
};

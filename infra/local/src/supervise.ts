import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NextcartError } from '@nextcart/contracts';
import { sessionStandsBack } from '@nextcart/runtime';
import { logTail } from './log-tail.ts';
import { type PidBook, recordChild } from './pids.ts';

/**
 * One child process that is kept running: an unexpected death is said and followed by a new start, an expected
 * one (`stop`) is not. Children lead process groups of their own, so that Ctrl-C in a terminal reaches only
 * the launcher, which stops them in order.
 */
export interface Supervised {
  readonly name: string;
  pid(): number | undefined;
  /** Resolves when the child answers; rejects with the tail of its log and the cure. */
  start(): Promise<void>;
  /** SIGTERM, then SIGKILL after the grace. Idempotent. */
  stop(): Promise<void>;
  /** SIGKILL, for fault tests. The supervisor brings it back, unless `stayDown`; then `restart()` does. */
  kill9(options?: { readonly stayDown?: boolean }): Promise<void>;
  restart(): Promise<void>;
  /** Resolves when the child answers (again); where it is just being restarted, waits for that. */
  ready(): Promise<void>;
}

export interface ChildSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly logFile: string;
  /** True when the server itself, and no other on its port, answers in its own protocol. */
  readonly isReady: (pid: number) => Promise<boolean>;
  readonly readyTimeoutMs: number;
  readonly stopTimeoutMs: number;
  /** Nice value of its session: how far it stands back behind the others. */
  readonly nice?: number;
  /** What a person should try when it does not start. */
  readonly cure: string;
}

const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 10_000;
/** A child that ran this long was well: its next death starts the backoff anew. */
const HEALTHY_MS = 30_000;
const POLL_MS = 20;

export const supervise = (spec: ChildSpec, pids: PidBook, log: (line: string) => void): Supervised => {
  let child: ChildProcess | undefined;
  /** The child that was told to end. */
  let asked: ChildProcess | undefined;
  let exited: Promise<void> = Promise.resolve();
  let wanted = false;
  let backoffMs = FIRST_BACKOFF_MS;
  let generation = 0; // of the wish to run: a pending restart of an older wish must not start a second child

  const isRunning = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;

  const launch = (): void => {
    mkdirSync(dirname(spec.logFile), { recursive: true });
    const out = openSync(spec.logFile, 'a');
    const startedAt = performance.now();
    const started = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      stdio: ['ignore', out, out],
      detached: true,
    });
    closeSync(out);
    child = started;
    if (started.pid !== undefined) {
      recordChild(pids, spec.name, started.pid, log);
      if (spec.nice !== undefined) sessionStandsBack(started.pid, spec.nice);
    }
    exited = new Promise((resolve) => {
      const onEnd = (how: string): void => {
        pids.forget(spec.name);
        resolve();
        if (!wanted || child !== started) return;
        if (performance.now() - startedAt > HEALTHY_MS) backoffMs = FIRST_BACKOFF_MS;
        void relaunch(how);
      };
      started.once('error', (error) => onEnd(error.message));
      started.once('exit', (code, signal) => onEnd(signal ?? `exit code ${code}`));
    });
  };

  const relaunch = async (how: string): Promise<void> => {
    const mine = generation;
    log(`${spec.name} ended (${how}): starting it again in ${backoffMs / 1000} s`);
    await sleep(backoffMs);
    backoffMs = Math.min(2 * backoffMs, MAX_BACKOFF_MS);
    if (!wanted || generation !== mine) return;
    try {
      launch();
    } catch (error) {
      await relaunch(String(error)); // such as a log that can't be opened
    }
  };

  const notReady = (why: string): NextcartError =>
    new NextcartError(
      'missing_server',
      `${spec.name} ${why}. ${spec.cure}\nIts log ${spec.logFile} ends with:\n${logTail(spec.logFile)}`,
      { retry: false },
    );

  const untilReady = async (bearsDeath: boolean): Promise<void> => {
    const deadline = performance.now() + spec.readyTimeoutMs;
    for (;;) {
      if (!bearsDeath && !isRunning()) throw notReady('ended while starting');
      const pid = isRunning() ? child?.pid : undefined;
      if (pid !== undefined && (await spec.isReady(pid))) return;
      if (performance.now() > deadline) throw notReady(`did not answer within ${spec.readyTimeoutMs / 1000} s`);
      await sleep(POLL_MS);
    }
  };

  const stop = async (): Promise<void> => {
    wanted = false;
    generation += 1;
    const running = child;
    // asked once: a service that is asked again ends where it stands
    if (running === undefined || !isRunning() || running === asked) return exited;
    asked = running;
    running.kill('SIGTERM');
    const kill = setTimeout(() => running.kill('SIGKILL'), spec.stopTimeoutMs);
    await exited;
    clearTimeout(kill);
  };

  const start = async (): Promise<void> => {
    generation += 1;
    const mine = generation;
    wanted = false; // a death before the first answer is an error to tell, not one to try again
    if (!isRunning()) launch();
    try {
      await untilReady(false);
    } catch (error) {
      if (generation === mine) await stop();
      throw error;
    }
    // a child that is being stopped may still have answered: it must not be wanted back
    if (generation !== mine) throw notReady('was stopped while it started');
    wanted = true;
    if (!isRunning()) void relaunch('just after its start');
  };

  return {
    name: spec.name,
    pid: () => (isRunning() ? child?.pid : undefined),
    start,
    stop,
    async kill9({ stayDown = false } = {}) {
      if (stayDown) {
        wanted = false;
        generation += 1;
      }
      if (isRunning()) child?.kill('SIGKILL');
      await exited;
    },
    async restart() {
      await stop();
      await start();
    },
    ready: () => untilReady(true),
  };
};

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { choosePort, HOST, repoRoot } from '@nextcart/local';

/** A service as a child process that nobody restarts: the test alone decides when it lives and with which crash in it. */
export interface FaultyService {
  readonly name: string;
  /** Starts it, with more environment where given (`INGEST_CRASH_AT`). Does not wait. */
  start(env?: Readonly<Record<string, string>>): void;
  /** Resolves when it says that it is ready; rejects with its log where it ends or 120 s pass. */
  ready(): Promise<void>;
  kill9(): Promise<void>;
  /**
   * Resolves when it has died by a signal of its own making; rejects where it lives on or ends in another way. Time in which
   * `isHeldUp` does not count.
   */
  crashed(timeoutMs: number, isHeldUp?: () => boolean): Promise<void>;
  /** Texts of the checks that are not well; null where the service does not answer. */
  troubles(): Promise<string[] | null>;
  /** Bytes of its log so far: a place to look from. */
  logSize(): number;
  /** Warnings and errors that it logged behind such a place. */
  warnings(from: number): string[];
  stop(): Promise<void>;
}

const READY_MS = 120_000;
const STOP_MS = 20_000;
const PROBE_MS = 5000;
const POLL_MS = 100;
const LOG_LINES = 20;
/** pino's: 40 is a warning, 50 an error. */
const isWarning = (line: string): boolean => /"level":[45]0\b/.test(line);

export const createFaultyService = async (
  name: string,
  options: { readonly env: Readonly<Record<string, string | undefined>>; readonly logsDir: string },
): Promise<FaultyService> => {
  const url = `http://${HOST}:${await choosePort(undefined, new Set())}`;
  const logFile = join(options.logsDir, `${name}.log`);
  let child: ChildProcess | undefined;
  let startedWith: Readonly<Record<string, string>> = {};
  const isAlive = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;
  const logTail = (): string => readFileSync(logFile, 'utf8').split('\n').slice(-LOG_LINES).join('\n');
  // a runner that gives up must not leave services behind
  process.once('exit', () => void (isAlive() && child?.kill('SIGKILL')));

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child;
    if (running === undefined || !isAlive()) return;
    const exited = once(running, 'exit');
    running.kill(signal);
    const force = setTimeout(() => running.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(force);
  };

  const troubles: FaultyService['troubles'] = async () => {
    try {
      const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(PROBE_MS) });
      const { checks } = (await response.json()) as { checks: Record<string, { ok: boolean; detail: string }> };
      return Object.entries(checks).flatMap(([check, { ok, detail }]) => (ok ? [] : [`${check}: ${detail}`]));
    } catch {
      return null;
    }
  };

  return {
    name,
    troubles,
    logSize: () => (existsSync(logFile) ? statSync(logFile).size : 0),
    warnings: (from) => readFileSync(logFile).subarray(from).toString().split('\n').filter(isWarning),
    start: (env = {}) => {
      if (isAlive()) throw new Error(`${name} runs already`);
      startedWith = env;
      const out = openSync(logFile, 'a');
      child = spawn(process.execPath, [join(repoRoot, 'services', name, 'src', 'main.ts')], {
        cwd: repoRoot,
        env: { ...options.env, ...env, HTTP_PORT: new URL(url).port },
        stdio: ['ignore', out, out],
      });
      closeSync(out);
    },
    ready: async () => {
      const giveUpAt = performance.now() + READY_MS;
      for (;;) {
        const now = await troubles();
        if (now?.length === 0) return;
        const why = !isAlive() ? 'ended' : performance.now() > giveUpAt ? 'is not ready' : null;
        if (why !== null) throw new Error(`${name} ${why} (${now?.join('; ') ?? 'no answer'}):\n${logTail()}`);
        await sleep(POLL_MS);
      }
    },
    kill9: () => end('SIGKILL'),
    crashed: async (timeoutMs, isHeldUp = () => false) => {
      let giveUpAt = performance.now() + timeoutMs;
      while (isAlive()) {
        if (isHeldUp()) giveUpAt += POLL_MS;
        if (performance.now() > giveUpAt)
          throw new Error(`${name} never came to its crash (${JSON.stringify(startedWith)}):\n${logTail()}`);
        await sleep(POLL_MS);
      }
      if (child?.signalCode !== 'SIGKILL') throw new Error(`${name} ended otherwise than by its crash:\n${logTail()}`);
    },
    stop: () => end('SIGTERM'),
  };
};

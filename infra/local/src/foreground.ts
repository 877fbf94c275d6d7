import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchCommand } from './children.ts';
import type { RunningService } from './services.ts';
import { statusLine } from './status.ts';
import type { Steps } from './steps.ts';
import type { Env, StackUrls } from './urls.ts';

const STATUS_EVERY_MS = 5000;

/** What a person looks at until Ctrl-C: the live list, or a status line now and then. Resolves when aborted. */
export const runForeground = async (options: {
  readonly live: boolean;
  readonly urls: StackUrls;
  readonly services: Record<string, RunningService>;
  readonly env: Env;
  readonly steps: Steps;
  readonly signal: AbortSignal;
}): Promise<void> => {
  const { signal, steps } = options;
  if (options.live) {
    const how = await watch(options.env, signal);
    if (signal.aborted) return;
    steps.say(`the live list ended (${how}); everything else goes on. Ctrl-C stops it.`);
  }
  while (!signal.aborted) {
    steps.say(await statusLine(options.urls, options.services));
    await sleep(STATUS_EVERY_MS, undefined, { signal }).catch(() => {});
  }
};

/** Shares the terminal, so Ctrl-C reaches it too. */
const watch = (env: Env, signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, watchCommand(), { env, stdio: 'inherit' });
    signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, how) => resolve(how ?? `exit code ${code}`));
  });

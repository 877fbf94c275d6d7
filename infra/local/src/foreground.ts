import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchCommand, watchEnv } from './children.ts';
import type { RunningFeed } from './feed.ts';
import { createScreen, type Screen } from './screen.ts';
import type { RunningService } from './services.ts';
import { statusLines } from './status.ts';
import type { Steps } from './steps.ts';
import type { Env, StackUrls } from './urls.ts';

const STATUS_EVERY_MS = 5000;
const FEED_EVERY_MS = 1000;

/** What a person looks at until Ctrl-C: the live list with the feed's status, or a status now and then. Ends when aborted. */
export const runForeground = async (options: {
  /** Only where `out` is a terminal. */
  readonly live: boolean;
  readonly out: NodeJS.WriteStream;
  readonly urls: StackUrls;
  readonly services: Record<string, RunningService>;
  readonly feed: RunningFeed | undefined;
  readonly env: Env;
  readonly steps: Steps;
  readonly signal: AbortSignal;
}): Promise<void> => {
  const { feed, signal, steps } = options;
  if (options.live) {
    const screen = createScreen(options.out, signal);
    const timer = setInterval(() => screen.status(feed?.status() ?? ''), FEED_EVERY_MS);
    const how = await watch(options.env, screen, signal);
    clearInterval(timer);
    if (signal.aborted) return;
    steps.say(`the live list ended (${how}); everything else goes on. Ctrl-C stops it.`);
  }
  while (!signal.aborted) {
    steps.say(await statusLines(options.urls, options.services, feed));
    await sleep(STATUS_EVERY_MS, undefined, { signal }).catch(() => {});
  }
};

/** Shares the terminal's input, so Ctrl-C reaches it too; each of its pages goes to the screen. */
const watch = (env: Env, screen: Screen, signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, watchCommand(), {
      env: { ...watchEnv, ...env, ...screen.env },
      stdio: ['inherit', 'pipe', 'inherit'],
    });
    child.stdout.setEncoding('utf8').on('data', (page: string) => screen.page(page)); // it writes a page at once
    signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, how) => resolve(how ?? `exit code ${code}`));
  });

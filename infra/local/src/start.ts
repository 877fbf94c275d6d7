import { join } from 'node:path';
import type { StartOptions } from './arguments.ts';
import { feedCommand, setupCommand } from './children.ts';
import { type RunningFeed, startFeed } from './feed.ts';
import { runForeground } from './foreground.ts';
import { runOnce } from './run-once.ts';
import { isScreen } from './screen.ts';
import { createServices, type RunningService } from './services.ts';
import { provisionStack, type Stack } from './stack.ts';
import { removeStackFile, writeStackFile } from './stack-file.ts';
import type { Steps } from './steps.ts';
import { summary } from './summary.ts';
import { type Env, stackEnv } from './urls.ts';

type Stops = [name: string, stop: () => Promise<void>][];

/**
 * Everything up, then the foreground until `signal`, then everything down in the opposite order: what makes events
 * first, the log last. Also on a failure half-way.
 */
export const start = async (
  options: StartOptions,
  env: Env,
  out: NodeJS.WriteStream,
  steps: Steps,
  signal: AbortSignal,
): Promise<void> => {
  const stops: Stops = [];
  try {
    const stack = await steps.run('servers', () =>
      provisionStack({ ...options, env, usualPorts: true, log: steps.detail, signal }),
    );
    stops.push(['servers', () => stack.stop()]);
    publish(stack, {});
    stops.push(['addresses', async () => removeStackFile(stack.dataDir)]);

    const childEnv = { ...env, ...stackEnv(stack.urls), NEXTCART_DIR: stack.dataDir };
    if (options.serversOnly) {
      steps.say(`\n${summary(stack, {})}\n`);
      await aborted(signal);
      return;
    }
    const services = await startServices(stack, childEnv, stops, steps, signal);
    const command = feedCommand(options.feed);
    let feed: RunningFeed | undefined;
    if (command !== undefined) {
      feed = startFeed(command, stack.dataDir, childEnv, steps.say);
      stops.push(['events', feed.stop]);
    }
    steps.say(`\n${summary(stack, services)}\n`);
    const live = !options.quiet && isScreen(out, env);
    await runForeground({ live, out, urls: stack.urls, services, feed, env: childEnv, steps, signal });
  } finally {
    await stopAll(stops, steps);
  }
};

const startServices = async (
  stack: Stack,
  env: Env,
  stops: Stops,
  steps: Steps,
  signal: AbortSignal,
): Promise<Record<string, RunningService>> => {
  const logFile = join(stack.dataDir, 'logs', 'setup.log');
  await steps.run('topics, schemas, tables', () => runOnce('nextcart setup', setupCommand(), { env, logFile, signal }));
  const services = await createServices(stack.dataDir, env, { usualPorts: true, log: steps.detail });
  // stopped in the opposite order: ingest last, it still writes down what the scorer said
  for (const [name, { child }] of Object.entries(services)) stops.push([name, () => child.stop()]);
  const giveUp = (): void => Object.values(services).forEach(({ child }) => void child.stop());
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await steps.run('services', () => Promise.all(Object.values(services).map(({ child }) => child.start())));
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
  signal.throwIfAborted();
  publish(stack, services);
  return services;
};

const publish = (stack: Stack, services: Record<string, RunningService>): void =>
  writeStackFile(stack.dataDir, {
    ...stack.urls,
    pid: process.pid,
    services: Object.fromEntries(Object.entries(services).map(([name, { url }]) => [name, url])),
  });

const stopAll = async (stops: Stops, steps: Steps): Promise<void> => {
  for (const [name, stop] of stops.reverse()) {
    steps.detail(`stopping ${name}`);
    // one that does not stop must not keep the others running
    await stop().catch((error: unknown) => steps.say(`${name} did not stop: ${String(error)}`));
  }
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const keepAlive = setInterval(() => {}, 60_000); // a pending promise alone does not keep Node running
    signal.addEventListener('abort', () => {
      clearInterval(keepAlive);
      resolve();
    });
  });

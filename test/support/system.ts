import { join } from 'node:path';
import { createServices, type RunningService, runOnce, type Stack, setupCommand, stackEnv } from '@nextcart/local';
import { startOwnStack } from './own-stack.ts';

/** The whole of nextcart on a stack of its own: real servers, real services as child processes, free ports. */
export interface System {
  readonly stack: Stack;
  readonly services: Readonly<Record<string, RunningService>>;
  /** For child processes that should find the servers. */
  readonly env: Readonly<Record<string, string | undefined>>;
  stop(): Promise<void>;
}

/** Trainings would take the cores from what a test looks at, and a release would change lists under it. */
const NO_CYCLES = { TRAINER_WATCH_S: '0', TRAINER_WARM_MINUTES: '0', TRAINER_FULL_HOURS: '0' };

/**
 * `env` is handed to the services on top of the addresses; models are trained only where it says when. Resolves when every
 * service says that it is ready.
 */
export const startSystem = async (env: Readonly<Record<string, string>> = {}): Promise<System> => {
  const stack = await startOwnStack();
  const childEnv = { ...process.env, ...stackEnv(stack.urls), NEXTCART_DIR: stack.dataDir, ...NO_CYCLES, ...env };
  const services: Record<string, RunningService> = {};
  const stop = async (): Promise<void> => {
    for (const { child } of Object.values(services).reverse()) await child.stop();
    await stack.stop();
  };
  try {
    const logFile = join(stack.dataDir, 'logs', 'setup.log');
    const { signal } = new AbortController();
    await runOnce('nextcart setup', setupCommand(), { env: childEnv, logFile, signal });
    Object.assign(services, await createServices(stack.dataDir, childEnv, { log: () => {} }));
    await Promise.all(Object.values(services).map(({ child }) => child.start()));
    return { stack, services, env: childEnv, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

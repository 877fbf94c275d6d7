import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';

/** For each single stop: a batch that is being put in, records that are on their way. */
export const STOP_TIMEOUT_MS = 15_000;

/** Ordered shutdown: what was started last is stopped first. */
export interface Lifecycle {
  onStop(name: string, stop: () => Promise<void> | void): void;
  /** Runs every stop once, newest first; a stop that fails or hangs is logged and does not keep the others. */
  stop(reason: string): Promise<void>;
  /** Resolves after the stop that a signal or `stop` began. */
  readonly stopped: Promise<void>;
}

/** `timeoutMs` is for each single stop. Listens to SIGTERM and SIGINT; a crash stops in order and exits with 1. */
export const createLifecycle = (deps: {
  log: Logger;
  clock: Clock;
  timeoutMs?: number;
  process?: NodeJS.Process;
}): Lifecycle => {
  const { log, clock, timeoutMs = STOP_TIMEOUT_MS } = deps;
  const host = deps.process ?? process;
  const stops: { name: string; stop: () => Promise<void> | void }[] = [];
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  let stopping: Promise<void> | undefined;

  const stopAll = async (reason: string) => {
    log.info({ reason }, 'stopping');
    for (const { name, stop } of stops.reverse()) {
      const hung = new AbortController();
      try {
        await Promise.race([
          stop(),
          clock.sleep(timeoutMs, hung.signal).then(() => {
            throw new Error(`did not stop within ${timeoutMs} ms`);
          }),
        ]);
      } catch (error) {
        log.error({ err: error, name }, 'stop_failed');
      } finally {
        hung.abort();
      }
    }
    log.info({ reason }, 'stopped');
    resolve();
  };
  const stop = (reason: string) => (stopping ??= stopAll(reason));

  const crash = (error: unknown) => {
    log.fatal({ err: error }, 'crashed');
    void stop('crash').finally(() => host.exit(1));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    host.once(signal, () => void stop(signal).then(() => host.exit(0)));
  // not once: what breaks while the rest is being stopped must not cut the stops short
  host.on('uncaughtException', crash);
  host.on('unhandledRejection', crash);
  return { onStop: (name, fn) => void stops.push({ name, stop: fn }), stop, stopped };
};

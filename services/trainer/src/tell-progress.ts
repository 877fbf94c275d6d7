import type { Clock, Logger } from '@nextcart/runtime';

const EVERY_MS = 500;

/** Sends the newest of what it is told, one at a time and not oftener than twice a second; what fails is only logged. */
export const createTeller = <T>(deps: {
  readonly clock: Clock;
  readonly log: Logger;
  readonly send: (value: T) => Promise<void>;
}) => {
  const { clock, log, send } = deps;
  const stopped = new AbortController();
  let next: { readonly value: T } | undefined;
  let sending: Promise<void> | undefined;
  const sendNext = async () => {
    while (next !== undefined && !stopped.signal.aborted) {
      const { value } = next;
      next = undefined;
      // not waited for: Redis may be away, and the job ends all the same
      await Promise.race([
        send(value).catch((error: unknown) => log.warn({ err: error }, 'progress_untold')),
        clock.sleep(60_000, stopped.signal).catch(() => {}),
      ]);
      await clock.sleep(EVERY_MS, stopped.signal).catch(() => {});
    }
    sending = undefined;
  };
  return {
    tell: (value: T): void => {
      next = { value };
      sending ??= sendNext();
    },
    stop: async (): Promise<void> => {
      stopped.abort();
      await sending;
    },
  };
};

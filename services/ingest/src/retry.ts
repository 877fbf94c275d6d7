import { NextcartError } from '@nextcart/contracts';
import type { Clock, Logger } from '@nextcart/runtime';

/** Waits that double from the first to the second: soon enough after a hiccup, no storm on a server that comes back. */
const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 2000;
/** A wait that goes on is told again after this many tries. */
const TELL_EVERY = 15;

/** What a pipeline waits for at the moment, for health; several may wait at once. */
export interface Waiting {
  set(who: string, why: string): void;
  clear(who: string): void;
  /** Null where nothing is waited for. */
  text(): string | null;
}

export const createWaiting = (): Waiting => {
  const reasons = new Map<string, string>();
  return {
    set: (who, why) => void reasons.set(who, why),
    clear: (who) => void reasons.delete(who),
    text: () => (reasons.size === 0 ? null : [...reasons].map(([who, why]) => `${who}: ${why}`).join('; ')),
  };
};

export interface RetryDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly waiting: Waiting;
}

/**
 * Tries until it works: an error that says `retry` is waited out for ever, any other is thrown. Health tells the wait.
 * The signal ends it with its reason.
 */
export const untilDone = async <T>(
  { clock, log, waiting }: RetryDeps,
  who: string,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> => {
  try {
    for (let tries = 0; ; tries += 1) {
      signal.throwIfAborted();
      try {
        return await attempt();
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof NextcartError) || !error.retry) throw error;
        waiting.set(who, error.message);
        if (tries % TELL_EVERY === 0) log.warn({ err: error, who, tries }, 'waiting');
        await clock.sleep(Math.min(FIRST_WAIT_MS * 2 ** Math.min(tries, 10), MAX_WAIT_MS), signal);
      }
    }
  } finally {
    waiting.clear(who);
  }
};

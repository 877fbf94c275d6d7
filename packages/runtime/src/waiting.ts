import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';

/** Waits that double from the first to the second: soon after a hiccup, no storm on a server that comes back. */
const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 2000;
/** A wait that goes on is told again after this many tries. */
const TELL_EVERY = 15;

/** What a process waits for at the moment, by who waits; several may wait at once. Health tells it. */
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

export interface WaitingDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly waiting: Waiting;
}

/** Health knows at once, the log at the first try and then now and again. */
export const tellWait = ({ log, waiting }: Omit<WaitingDeps, 'clock'>, who: string, error: unknown, tries: number) => {
  waiting.set(who, error instanceof Error ? error.message : String(error));
  if (tries % TELL_EVERY === 0) log.warn({ err: error, who, tries }, 'waiting');
};

const saysRetry = (error: unknown): boolean => error instanceof Error && 'retry' in error && error.retry === true;

/**
 * Tries until it works: an error that says `retry: true` is waited out for ever, any other is thrown. Health tells the
 * wait. The signal ends it with its reason.
 */
export const untilDone = async <T>(
  deps: WaitingDeps,
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
        if (!saysRetry(error)) throw error;
        tellWait(deps, who, error, tries);
        await deps.clock.sleep(Math.min(FIRST_WAIT_MS * 2 ** Math.min(tries, 10), MAX_WAIT_MS), signal);
      }
    }
  } finally {
    deps.waiting.clear(who);
  }
};

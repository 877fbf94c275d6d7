import { NextcartError } from '@nextcart/contracts';
import type { Clock, Logger } from '@nextcart/runtime';
import type { Waiting } from './waiting.ts';

/** Waits that double from the first to the second: soon after a hiccup, no storm on a server that comes back. */
const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 2000;
/** A wait that goes on is told again after this many tries. */
const TELL_EVERY = 15;

/** Loops beside the hot path, and waits that health knows of; all end with the signal. */
export interface Background {
  readonly signal: AbortSignal;
  /** Runs a step again and again. An error is logged and told in health until a step works again. */
  every(who: string, periodMs: number, step: () => Promise<void> | void): void;
  /** Tries until it works, where the error says that it may; any other is thrown. */
  untilDone<T>(who: string, attempt: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Ends all loops and waits for their last steps. */
  stop(): Promise<void>;
}

export const createBackground = (deps: { clock: Clock; log: Logger; waiting: Waiting }): Background => {
  const { clock, log, waiting } = deps;
  const ended = new AbortController();
  const loops: Promise<void>[] = [];

  const tell = (who: string, error: unknown, tries: number) => {
    waiting.set(who, error instanceof Error ? error.message : String(error));
    if (tries % TELL_EVERY === 0) log.warn({ err: error, who, tries }, 'waiting');
  };
  const loop = async (who: string, periodMs: number, step: () => Promise<void> | void) => {
    for (let tries = 0; !ended.signal.aborted; ) {
      try {
        await step();
        if (tries > 0) waiting.clear(who);
        tries = 0;
      } catch (error) {
        if (ended.signal.aborted) return;
        tell(who, error, tries);
        tries += 1;
      }
      await clock.sleep(periodMs, ended.signal).catch(() => undefined);
    }
  };

  return {
    signal: ended.signal,
    every: (who, periodMs, step) => void loops.push(loop(who, periodMs, step)),
    untilDone: async (who, attempt, signal = ended.signal) => {
      try {
        for (let tries = 0; ; tries += 1) {
          signal.throwIfAborted();
          try {
            return await attempt();
          } catch (error) {
            signal.throwIfAborted();
            if (!(error instanceof NextcartError) || !error.retry) throw error;
            tell(who, error, tries);
            await clock.sleep(Math.min(FIRST_WAIT_MS * 2 ** Math.min(tries, 10), MAX_WAIT_MS), signal);
          }
        }
      } finally {
        waiting.clear(who);
      }
    },
    stop: async () => {
      ended.abort(new NextcartError('internal', 'the scorer was closed', { retry: false }));
      await Promise.allSettled(loops);
    },
  };
};

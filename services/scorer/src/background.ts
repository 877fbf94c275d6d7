import { NextcartError } from '@nextcart/contracts';
import { tellWait, untilDone, type WaitingDeps } from '@nextcart/runtime';

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

export const createBackground = (deps: WaitingDeps): Background => {
  const { clock, waiting } = deps;
  const ended = new AbortController();
  const loops: Promise<void>[] = [];

  const loop = async (who: string, periodMs: number, step: () => Promise<void> | void) => {
    for (let tries = 0; !ended.signal.aborted; ) {
      try {
        await step();
        if (tries > 0) waiting.clear(who);
        tries = 0;
      } catch (error) {
        if (ended.signal.aborted) return;
        tellWait(deps, who, error, tries);
        tries += 1;
      }
      await clock.sleep(periodMs, ended.signal).catch(() => undefined);
    }
  };

  return {
    signal: ended.signal,
    every: (who, periodMs, step) => void loops.push(loop(who, periodMs, step)),
    untilDone: (who, attempt, signal = ended.signal) => untilDone(deps, who, signal, attempt),
    stop: async () => {
      ended.abort(new NextcartError('internal', 'the scorer was closed', { retry: false }));
      await Promise.allSettled(loops);
    },
  };
};

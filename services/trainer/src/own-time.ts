/** A limit of an attempt's own time: it stands still while something runs that has a budget of its own. */
import type { Clock } from '@nextcart/runtime';

/** Runs what has a budget of its own; several may run at once. */
export type Apart = <T>(run: () => Promise<T>) => Promise<T>;

export interface OwnTime {
  /** Fires when the time is over. */
  readonly signal: AbortSignal;
  readonly apart: Apart;
  stop(): void;
}

export const limitOwnTime = (clock: Clock, limitMs: number): OwnTime => {
  const over = new AbortController();
  let [leftMs, since, running] = [limitMs, 0, 0];
  let count = new AbortController();
  const goOn = () => {
    since = clock.monotonic();
    count = new AbortController();
    void clock.sleep(leftMs, count.signal).then(
      () => over.abort(),
      () => {},
    );
  };
  goOn();
  return {
    signal: over.signal,
    apart: async (run) => {
      running += 1;
      if (running === 1) {
        count.abort();
        leftMs -= clock.monotonic() - since;
      }
      try {
        return await run();
      } finally {
        running -= 1;
        if (running === 0) goOn();
      }
    },
    stop: () => count.abort(),
  };
};

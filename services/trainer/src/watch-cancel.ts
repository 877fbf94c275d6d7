import { isMarked, type Marked } from '@nextcart/contracts';
import type { Clock, Logger } from '@nextcart/runtime';

const EVERY_MS = 1000;

/** A signal that fires when the job is marked as cancelled, or is gone. */
export const watchCancel = (deps: {
  readonly clock: Clock;
  readonly log: Logger;
  readonly read: () => Promise<{ readonly data: Marked<object> } | undefined>;
}) => {
  const cancelled = new AbortController();
  const stopped = new AbortController();
  const isCancelled = async (): Promise<boolean> => {
    const job = await deps.read();
    return job === undefined || isMarked(job.data);
  };
  const watch = async () => {
    // a read may wait for a Redis that is away; the watch does not
    const end = new Promise<false>((resolve) => {
      stopped.signal.addEventListener('abort', () => resolve(false), { once: true });
    });
    while (!stopped.signal.aborted) {
      const found = await Promise.race([
        isCancelled().catch((error: unknown) => {
          deps.log.warn({ err: error }, 'job_not_read');
          return false;
        }),
        end,
      ]);
      if (found) return cancelled.abort(new Error('cancelled'));
      await deps.clock.sleep(EVERY_MS, stopped.signal).catch(() => {});
    }
  };
  const watching = watch();
  return {
    signal: cancelled.signal,
    stop: async (): Promise<void> => {
      stopped.abort();
      await watching;
    },
  };
};

import type { Clock } from '@nextcart/runtime';

/** The client repeats a request for ever, so the patience is ours. */
const BROKER_PATIENCE_MS = 5000;

/**
 * An answer, or the reason why there is none, as text; never rejects. A question that hangs is waited for by
 * the next call, not repeated.
 */
export const askPatiently = <T extends object>(clock: Clock, ask: () => Promise<T>): (() => Promise<T | string>) => {
  let pending: Promise<T> | undefined;
  return async () => {
    pending ??= ask().finally(() => {
      pending = undefined;
    });
    const patience = new AbortController();
    const late = clock.sleep(BROKER_PATIENCE_MS, patience.signal).then(
      () => `no answer for ${BROKER_PATIENCE_MS} ms`,
      () => 'settled',
    );
    const answer = pending.catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    try {
      return await Promise.race([answer, late]);
    } finally {
      patience.abort();
    }
  };
};

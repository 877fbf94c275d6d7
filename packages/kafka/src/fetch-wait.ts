import type { FetchMode } from './kafka.ts';

/** What a fetch asks the broker to wait for: so many bytes, or so long. */
export interface FetchWait {
  readonly minBytes: number;
  readonly maxWaitMs: number;
  /**
   * At the end of the log the next fetch waits so long: one costs both sides some 350 µs of CPU, whatever it brings
   * (docs/decisions/0031-plain-batches.md).
   */
  readonly restMs: number;
}

const waits: Readonly<Record<FetchMode, FetchWait>> = {
  // with nothing to read it comes back five times a second, and with the first byte at once
  prompt: { minBytes: 1, maxWaitMs: 200, restMs: 4 },
  bulk: { minBytes: 1024 * 1024, maxWaitMs: 500, restMs: 0 },
};

export const fetchWait = (mode: FetchMode = 'prompt'): FetchWait => waits[mode];

import type { FetchMode } from './kafka.ts';

/** What a fetch asks the broker to wait for: so many bytes, or so long. */
export interface FetchWait {
  readonly minBytes: number;
  readonly maxWaitMs: number;
}

const waits: Readonly<Record<FetchMode, FetchWait>> = {
  // with nothing to read it comes back five times a second, and with the first byte at once
  prompt: { minBytes: 1, maxWaitMs: 200 },
  bulk: { minBytes: 1024 * 1024, maxWaitMs: 500 },
};

export const fetchWait = (mode: FetchMode = 'prompt'): FetchWait => waits[mode];

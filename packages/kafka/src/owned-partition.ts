import type { LogRecord } from '@nextcart/contracts';
import type { Logger } from '@nextcart/runtime';
import { describe } from './errors.ts';
import type { PartitionHandler } from './kafka.ts';

/**
 * One partition while this member has it. Invariants: `process` and `release` never overlap; `release` is called once;
 * `lost` exactly where the signal had been aborted before.
 */
export interface OwnedPartition {
  readonly partition: number;
  readonly signal: AbortSignal;
  /** Offset that the next batch must have been asked from. */
  nextOffset: number;
  /** Ownership is in doubt. */
  abort(reason: unknown): void;
  /** Rejects with the handler's error. */
  process(records: readonly LogRecord[], nextOffset: number, end: number): Promise<void>;
  isBusy(): boolean;
  /** Whether a batch that was asked for at an offset is still wanted: not while one is processed, nor once it has been. */
  wants(askedFrom: number): boolean;
  /** Waits for a running `process`; never rejects. */
  release(): Promise<void>;
}

export const createOwnedPartition = (deps: {
  partition: number;
  handler: PartitionHandler;
  controller: AbortController;
  log: Logger;
}): OwnedPartition => {
  const { partition, handler, controller, log } = deps;
  let running: Promise<void> | undefined;
  let released: Promise<void> | undefined;

  const releaseOnce = async (): Promise<void> => {
    await running?.catch(() => undefined);
    try {
      await handler.release(controller.signal.aborted);
    } catch (error) {
      log.warn({ partition, detail: describe(error) }, 'release_failed');
    } finally {
      controller.abort(new Error('the partition was released'));
    }
  };

  const owned: OwnedPartition = {
    partition,
    signal: controller.signal,
    nextOffset: handler.startOffset,
    abort: (reason) => controller.abort(reason),
    process: async (records, nextOffset, end) => {
      // async: a handler that throws before its first await rejects all the same
      running = (async () => handler.process(records, nextOffset, end))();
      try {
        await running;
        owned.nextOffset = nextOffset;
      } finally {
        running = undefined;
      }
    },
    isBusy: () => running !== undefined,
    wants: (askedFrom) => running === undefined && askedFrom >= owned.nextOffset,
    release: () => (released ??= releaseOnce()),
  };
  return owned;
};

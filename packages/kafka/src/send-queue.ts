import type { OutgoingRecord } from './kafka.ts';

/** Enough to make the cost of a request small beside its records, little enough to stay below every broker's limit. */
export const MAX_RECORDS_A_SEND = 500;
export const MAX_BYTES_A_SEND = 512 * 1024;
/** The broker's default limit of a batch is 1 MiB and a record travels with its batch's head. */
export const MAX_RECORD_BYTES = 1_000_000;
/** Length, deltas and attributes of a record in a batch, at most. */
const RECORD_OVERHEAD_BYTES = 32;

export interface Queued {
  readonly record: OutgoingRecord;
  readonly bytes: number;
  /** Whether its caller knows what became of it. */
  readonly settled: boolean;
  /** With the reason where the broker refused it for good; the first word counts. */
  settle(error?: Error): void;
}

export const sizeBytes = ({ key, value, headers }: OutgoingRecord): number => {
  let bytes = RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  for (const name in headers) bytes += name.length + (headers[name]?.length ?? 0) + 4;
  return bytes;
};

/**
 * First in, first out, in cuts of one send. Nothing that was taken stays reachable from here: it would outlive the young
 * generation, and its bytes would be kept until a full collection.
 */
export const createSendQueue = () => {
  const items: Queued[] = [];
  const queue = {
    bytes: 0,
    length: 0,
    push: (item: Queued): void => {
      queue.length = items.push(item);
      queue.bytes += item.bytes;
    },
    /** At least one record, where there is one. */
    take: (): Queued[] => {
      let count = 0;
      let cut = 0;
      while (count < items.length && count < MAX_RECORDS_A_SEND) {
        const next = items[count] as Queued;
        if (count > 0 && cut + next.bytes > MAX_BYTES_A_SEND) break;
        cut += next.bytes;
        count += 1;
      }
      queue.bytes -= cut;
      queue.length -= count;
      return items.splice(0, count);
    },
  };
  return queue;
};

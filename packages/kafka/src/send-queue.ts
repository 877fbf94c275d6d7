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
  /** With the reason where the broker refused it for good. */
  settle(error?: Error): void;
}

export const sizeBytes = ({ key, value, headers }: OutgoingRecord): number => {
  let bytes = RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  for (const name in headers) bytes += name.length + (headers[name]?.length ?? 0) + 4;
  return bytes;
};

/** First in, first out, in cuts of one send. */
export const createSendQueue = () => {
  let items: Queued[] = [];
  let head = 0;
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    get length() {
      return items.length - head;
    },
    push: (item: Queued): void => {
      items.push(item);
      bytes += item.bytes;
    },
    /** At least one record, where there is one. */
    take: (): Queued[] => {
      const from = head;
      let cut = 0;
      while (head < items.length && head - from < MAX_RECORDS_A_SEND) {
        const next = items[head] as Queued;
        if (cut > 0 && cut + next.bytes > MAX_BYTES_A_SEND) break;
        cut += next.bytes;
        head += 1;
      }
      const taken = items.slice(from, head);
      bytes -= cut;
      if (head > 4096 && head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      }
      return taken;
    },
  };
};

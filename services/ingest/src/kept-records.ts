import { isPacked, type LogRecord, type Writable } from '@nextcart/contracts';

/**
 * Records that may be asked for again until they are in the store: where each lies, in place of the records. Tens of
 * thousands of objects that live for a second are copied twice by the collector before it lets them go.
 */
export interface KeptRecords {
  readonly size: number;
  add(record: LogRecord): void;
  /** Throws RangeError where there is none of that index. */
  offsetOf(index: number): number;
  /** The record without its headers, which nobody asks for again. Throws RangeError where there is none of that index. */
  at(index: number): LogRecord;
  clear(): void;
}

const FIRST_RECORDS = 1024;
/** Starts and ends of key and value. */
const PARTS = 4;

export const createKeptRecords = (): KeptRecords => {
  let offsets = new Float64Array(FIRST_RECORDS);
  let times = new Float64Array(FIRST_RECORDS);
  let parts = new Int32Array(PARTS * FIRST_RECORDS);
  /** Blocks in their order, each with the index of its first record. */
  const blocks: { readonly bytes: Buffer; readonly from: number }[] = [];
  let block: Buffer | null = null;
  /** Records that lie in no block, by index. */
  const loose = new Map<number, LogRecord>();

  const grow = (): void => {
    const [oldOffsets, oldTimes, oldParts] = [offsets, times, parts];
    offsets = new Float64Array(2 * oldOffsets.length);
    times = new Float64Array(2 * oldTimes.length);
    parts = new Int32Array(2 * oldParts.length);
    offsets.set(oldOffsets);
    times.set(oldTimes);
    parts.set(oldParts);
  };
  const check = (index: number): void => {
    if (!(index >= 0 && index < kept.size))
      throw new RangeError(`no record ${index} among the ${kept.size} that are kept`);
  };
  const blockOf = (index: number): Buffer => {
    let low = 0;
    for (let high = blocks.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if ((blocks[middle]?.from ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return blocks[low]?.bytes as Buffer;
  };
  const part = (bytes: Buffer, at: number): Buffer | null =>
    (parts[at] as number) < 0 ? null : bytes.subarray(parts[at], parts[at + 1]);

  const kept: Writable<KeptRecords> = {
    size: 0,
    add: (record) => {
      const { size } = kept;
      if (size === offsets.length) grow();
      offsets[size] = record.offset;
      if (isPacked(record)) {
        if (record.block !== block) {
          block = record.block;
          blocks.push({ bytes: block, from: size });
        }
        times[size] = record.appendedAt;
        const at = PARTS * size;
        parts[at] = record.keyStart;
        parts[at + 1] = record.keyEnd;
        parts[at + 2] = record.valueStart;
        parts[at + 3] = record.valueEnd;
      } else loose.set(size, record);
      kept.size = size + 1;
    },
    offsetOf: (index) => {
      check(index);
      return offsets[index] as number;
    },
    at: (index) => {
      check(index);
      const record = loose.get(index);
      if (record !== undefined) return record;
      const bytes = blockOf(index);
      const at = PARTS * index;
      return {
        offset: offsets[index] as number,
        appendedAt: times[index] as number,
        key: part(bytes, at),
        value: part(bytes, at + 2),
        headers: undefined,
      };
    },
    clear: () => {
      kept.size = 0;
      block = null;
      blocks.length = 0;
      loose.clear();
    },
  };
  return kept;
};

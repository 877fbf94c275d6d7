/**
 * The records of a fetched partition out of its bytes: record batches of Kafka's format 2, one behind the other
 * (https://kafka.apache.org/documentation/#recordbatch). kafkajs makes four buffers, two texts and a dozen objects of a
 * record, half of what ingest costs; here a record is a handful of numbers.
 * - No byte beyond a record's own end is believed: sizes that don't fit throw, as kafkajs's decoder does.
 * - A batch that the fetch cut off at its end is left for the next fetch.
 */
import { FetchedRecord, FetchedRecords } from './fetched-record.ts';

/** Offsets within a batch. */
const LENGTH = 8;
const MAGIC = 16;
const ATTRIBUTES = 21;
const FIRST_TIMESTAMP = 27;
const MAX_TIMESTAMP = 35;
const RECORD_COUNT = 57;
const RECORDS = 61;
/** Bytes that the batch's length does not count: those up to it. */
const BEFORE_LENGTH = 12;

const CODEC_MASK = 0x07;
const APPEND_TIME = 0x08;
const CONTROL = 0x20;

export const MAGIC_2 = 2;
/** Where a format tells itself: the same place in all of them. */
export const formatOf = (bytes: Buffer): number => (bytes.length > MAGIC ? (bytes[MAGIC] as number) : -1);

/** Unpacks the records of a batch; the codec is that of the batch's attributes, 0 never asked. */
export type Unpack = (codec: number, packed: Buffer) => Promise<Buffer> | Buffer;

const int64 = (bytes: Buffer, at: number): number => bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);

const torn = (): RangeError => new RangeError('a record of a fetched batch is longer than its batch');

let at = 0;

/** A zigzag varint at `at` before `end`; exact to 2⁵³, as offsets and times of a log are. */
const readVarint = (bytes: Buffer, end: number): number => {
  let low = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    if (at >= end) throw torn();
    const byte = bytes[at++] as number;
    low |= (byte & 0x7f) << shift;
    if (byte < 0x80) return (low >>> 1) ^ -(low & 1);
  }
  let size = low >>> 1;
  for (let weight = 2 ** 27; weight <= 2 ** 62; weight *= 128) {
    if (at >= end) throw torn();
    const byte = bytes[at++] as number;
    size += (byte & 0x7f) * weight;
    if (byte < 0x80) return (low & 1) === 1 ? -size - 1 : size;
  }
  throw torn();
};

/** Steps over a part that may be null; -1 where it is. */
const skipSized = (bytes: Buffer, end: number): number => {
  const size = readVarint(bytes, end);
  if (size === -1) return -1;
  if (!(size >= 0 && size <= end - at)) throw torn();
  const start = at;
  at += size;
  return start;
};

interface BatchHead {
  readonly firstOffset: number;
  readonly firstTimestamp: number;
  /** Of the whole batch where the broker stamps it; else NaN. */
  readonly appendedAt: number;
  readonly control: boolean;
}

const readRecord = (block: Buffer, limit: number, head: BatchHead): FetchedRecord => {
  const size = readVarint(block, limit);
  if (!(size >= 0 && size <= limit - at)) throw torn();
  const end = at + size;
  at += 1; // attributes, of which there are none yet
  const timestampDelta = readVarint(block, end);
  const offset = head.firstOffset + readVarint(block, end);
  const keyStart = skipSized(block, end);
  const keyEnd = at;
  const valueStart = skipSized(block, end);
  const valueEnd = at;
  const headers = readVarint(block, end);
  const headersStart = headers > 0 ? at : -1;
  at = end;
  const appendedAt = Number.isNaN(head.appendedAt) ? head.firstTimestamp + timestampDelta : head.appendedAt;
  return new FetchedRecord(
    block,
    offset,
    appendedAt,
    keyStart,
    keyEnd,
    valueStart,
    valueEnd,
    headersStart,
    end,
    head.control,
  );
};

/** Decodes whole batches of format 2; throws RangeError on sizes that don't fit. */
export const decodeRecords = async (bytes: Buffer, unpack: Unpack): Promise<FetchedRecords> => {
  const records = new FetchedRecords();
  for (let start = 0; start + RECORDS <= bytes.length; ) {
    const end = start + BEFORE_LENGTH + bytes.readInt32BE(start + LENGTH);
    if (end > bytes.length) break; // cut off by the fetch's limit
    if (end < start + RECORDS) throw torn();
    const attributes = bytes.readInt16BE(start + ATTRIBUTES);
    const control = (attributes & CONTROL) !== 0;
    const head: BatchHead = {
      firstOffset: int64(bytes, start),
      firstTimestamp: int64(bytes, start + FIRST_TIMESTAMP),
      appendedAt: (attributes & APPEND_TIME) === 0 ? Number.NaN : int64(bytes, start + MAX_TIMESTAMP),
      control,
    };
    const count = bytes.readInt32BE(start + RECORD_COUNT);
    const codec = attributes & CODEC_MASK;
    const packed = codec !== 0 && count > 0;
    const block = packed ? await unpack(codec, bytes.subarray(start + RECORDS, end)) : bytes;
    const limit = packed ? block.length : end;
    records.hasControl ||= control;
    at = packed ? 0 : start + RECORDS;
    for (let left = count; left > 0; left -= 1) records.push(readRecord(block, limit, head));
    start = end;
  }
  return records;
};

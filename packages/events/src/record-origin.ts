import { CLOCK_HEADER, DEFAULT_SOURCE, type LogRecord, SOURCE_HEADER, type Writable } from '@nextcart/contracts';
import { createHeaderSearch, type FoundHeader, isSameRange } from './record-headers.ts';
import { isUtf8Range } from './utf8.ts';

/** Source of a record whose header names none that can be: kept apart, so that it can't move the live shop's watermark. */
export const INVALID_SOURCE = 'invalid';
const MAX_SOURCE_BYTES = 64;

/** A name of control characters would be six times as long as JSON, and watermarks go into an offset's metadata of 4 KB. */
const isPrintable = (header: Buffer): boolean => header.every((byte) => byte >= 0x20 && byte !== 0x7f);

/**
 * Range of times that the store can hold and that a shop can mean: 2000-01-01 up to 2105-12-31, epoch ms. Minutes and hours
 * of windows have 32 bits of seconds: in 2106 they would begin again in 1970.
 */
export const MIN_TIME = 946_684_800_000;
export const MAX_TIME = 4_291_747_199_999;

export interface RecordOrigin {
  /** Reads a record's headers; what the two below say is of it. */
  read(record: LogRecord): void;
  /** Stream of events that the record belongs to; its watermark is its own. */
  readonly source: string;
  /**
   * The shop's clock at the record, epoch ms: the clock header where it is 1 to 15 digits within the range of times, else
   * the broker's append time.
   */
  readonly shopClock: number;
}

/** Keeps the last source's header, because records of one source follow one another. */
export const createRecordOrigin = (): RecordOrigin => {
  const search = createHeaderSearch(SOURCE_HEADER, CLOCK_HEADER);
  let lastHeader: Buffer | undefined;
  let lastSource = DEFAULT_SOURCE;
  const sourceOf = ({ bytes, start, end }: FoundHeader): string => {
    if (start < 0) return DEFAULT_SOURCE;
    if (lastHeader !== undefined && isSameRange(bytes, start, end, lastHeader)) return lastSource;
    // a copy: the header lies in a fetched block that must not be kept alive
    const header = Buffer.from(bytes.subarray(start, end));
    const fits = header.length > 0 && header.length <= MAX_SOURCE_BYTES;
    const valid = fits && isPrintable(header) && isUtf8Range(header, 0, header.length);
    lastHeader = header;
    lastSource = valid ? header.toString('utf8') : INVALID_SOURCE;
    return lastSource;
  };
  const origin: Writable<RecordOrigin> = {
    source: DEFAULT_SOURCE,
    shopClock: Number.NaN,
    read: (record) => {
      const [source, clock] = search(record);
      origin.source = sourceOf(source);
      origin.shopClock = timeOf(clock) ?? record.appendedAt;
    },
  };
  return origin;
};

/** Undefined where it is no time. */
const timeOf = ({ bytes, start, end }: FoundHeader): number | undefined => {
  if (start < 0 || end === start || end - start > 15) return undefined;
  let time = 0;
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] as number) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    time = time * 10 + digit;
  }
  return time >= MIN_TIME && time <= MAX_TIME ? time : undefined;
};

import { CLOCK_HEADER, DEFAULT_SOURCE, type LogRecord, SOURCE_HEADER } from '@nextcart/contracts';
import { isUtf8Range } from './utf8.ts';

/** Source of a record whose header names none that can be: kept apart, so that it can't move the live shop's watermark. */
export const INVALID_SOURCE = 'invalid';
const MAX_SOURCE_BYTES = 64;

/** A name of control characters would be six times as long as JSON, and watermarks go into an offset's metadata of 4 KB. */
const isPrintable = (header: Buffer): boolean => header.every((byte) => byte >= 0x20 && byte !== 0x7f);

/** Range of times that the store can hold and that a shop can mean: 2000-01-01 up to 2299-12-31, epoch ms. */
export const MIN_TIME = 946_684_800_000;
export const MAX_TIME = 10_413_791_999_999;

export interface RecordOrigin {
  /** Stream of events that the record belongs to; its watermark is its own. */
  source(record: LogRecord): string;
}

/** Keeps the last header, because records of one source follow one another. */
export const createRecordOrigin = (): RecordOrigin => {
  let lastHeader: Buffer | undefined;
  let lastSource = DEFAULT_SOURCE;
  return {
    source: ({ headers }) => {
      const header = headers?.[SOURCE_HEADER];
      if (header === undefined) return DEFAULT_SOURCE;
      if (lastHeader?.equals(header)) return lastSource;
      const fits = header.length > 0 && header.length <= MAX_SOURCE_BYTES;
      const valid = fits && isPrintable(header) && isUtf8Range(header, 0, header.length);
      lastHeader = Buffer.from(header); // a copy: the header lies in a fetched block that must not be kept alive
      lastSource = valid ? header.toString('utf8') : INVALID_SOURCE;
      return lastSource;
    },
  };
};

/**
 * The shop's clock at a record, epoch ms: the clock header where it is 1 to 15 digits within the range of times, else
 * the broker's append time.
 */
export const shopClockOf = ({ headers, appendedAt }: LogRecord): number => {
  const header = headers?.[CLOCK_HEADER];
  if (header === undefined || header.length === 0 || header.length > 15) return appendedAt;
  let time = 0;
  for (const byte of header) {
    if (byte < 0x30 || byte > 0x39) return appendedAt;
    time = time * 10 + (byte - 0x30);
  }
  return time >= MIN_TIME && time <= MAX_TIME ? time : appendedAt;
};

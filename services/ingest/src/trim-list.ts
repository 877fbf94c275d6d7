import { createCursor, readLong } from '@nextcart/events';
import { createLong, MAX_LONG_BYTES } from './row-buffer.ts';

/** Where a list's items lie in bytes that were walked: the blocks of their array, its end included, and their number. */
export interface ItemsAt {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

const SCORE_BYTES = 8;

/**
 * A list's datum as its row keeps it (packages/clickhouse, record-landing.ts): of each item what it begins with,
 * id, score and source. The rest (title, category, price, reasons) stays in the topic: read by the store and thrown
 * away there, it was more than half of what landing a list cost. Answers are good until the next call.
 */
export const createListTrimmer = (): ((bytes: Buffer, start: number, items: ItemsAt) => Buffer) => {
  let trimmed = Buffer.allocUnsafe(4096);
  const c = createCursor();
  const skipText = () => {
    const size = readLong(c);
    c.at += size;
  };
  const skipOptional = () => {
    if (readLong(c) === 1) skipText();
  };
  /** `entry` for each of an array's entries; a block's size in bytes, where it tells it, is not needed. */
  const eachEntry = (entry: () => void) => {
    for (let count = readLong(c); count !== 0; count = readLong(c)) {
      if (count < 0) readLong(c);
      for (let left = Math.abs(count); left > 0; left -= 1) entry();
    }
  };
  const skipReason = () => {
    skipText(); // kind
    skipText(); // subject
    c.at += SCORE_BYTES; // weight
  };

  return (bytes, start, { from, to, count }) => {
    const most = bytes.length - start + MAX_LONG_BYTES;
    if (trimmed.length < most) trimmed = Buffer.allocUnsafe(2 * most);
    let at = 0;
    const keep = (first: number, end: number) => {
      bytes.copy(trimmed, at, first, end);
      at += end - first;
    };
    keep(start, from);
    if (count > 0) {
      at += createLong(count).copy(trimmed, at);
      c.bytes = bytes;
      c.at = from;
      c.end = to;
      eachEntry(() => {
        const first = c.at;
        skipText(); // id
        c.at += SCORE_BYTES;
        readLong(c); // source
        keep(first, c.at);
        skipText(); // title
        skipText(); // category
        skipOptional(); // price
        skipOptional(); // currency
        eachEntry(skipReason);
      });
    }
    trimmed[at++] = 0; // no further block
    keep(to, bytes.length);
    return trimmed.subarray(0, at);
  };
};

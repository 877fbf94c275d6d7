import { eachHeader, isPacked, type LogRecord } from '@nextcart/contracts';

/** Where a record's header lies; start is -1 where there is none. Valid until the next search. */
export interface FoundHeader {
  bytes: Uint8Array;
  start: number;
  end: number;
}

const NO_BYTES = new Uint8Array(0);

export const isSameRange = (a: Uint8Array, start: number, end: number, b: Uint8Array): boolean => {
  if (end - start !== b.length) return false;
  for (let i = 0; i < b.length; i += 1) if (a[start + i] !== b[i]) return false;
  return true;
};

/** A search for one header by its name. Of a repeated header the last holds, and one whose value is null is none. */
export const createHeaderSearch = (name: string): ((record: LogRecord) => FoundHeader) => {
  const wanted = Buffer.from(name);
  const found: FoundHeader = { bytes: NO_BYTES, start: -1, end: -1 };
  const see = (block: Buffer, start: number, end: number, value: number, valueEnd: number): void => {
    if (!isSameRange(block, start, end, wanted)) return;
    found.start = value;
    found.end = valueEnd;
  };
  return (record) => {
    found.start = -1;
    if (isPacked(record)) {
      found.bytes = record.block;
      eachHeader(record, see);
      return found;
    }
    const header = record.headers?.[name];
    if (header === undefined) return found;
    found.bytes = header;
    found.start = 0;
    found.end = header.length;
    return found;
  };
};

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

/**
 * A search for headers by their names, in one walk; what is found lies in the names' order. Of a repeated header the last
 * holds, and one whose value is null is none.
 */
export const createHeaderSearch = <N extends readonly string[]>(
  ...names: N
): ((record: LogRecord) => { readonly [K in keyof N]: FoundHeader }) => {
  const wanted = names.map((name) => Buffer.from(name));
  const found = names.map((): FoundHeader => ({ bytes: NO_BYTES, start: -1, end: -1 }));
  const see = (block: Buffer, start: number, end: number, value: number, valueEnd: number): void => {
    for (let i = 0; i < wanted.length; i += 1) {
      if (!isSameRange(block, start, end, wanted[i] as Buffer)) continue;
      const header = found[i] as FoundHeader;
      header.start = value;
      header.end = valueEnd;
      return;
    }
  };
  return (record) => {
    const packed = isPacked(record);
    for (let i = 0; i < found.length; i += 1) {
      const header = found[i] as FoundHeader;
      const bytes = packed ? record.block : record.headers?.[names[i] as string];
      header.bytes = bytes ?? NO_BYTES;
      header.start = packed || bytes == null ? -1 : 0;
      header.end = packed ? -1 : header.bytes.length;
    }
    if (packed) eachHeader(record, see);
    return found as never;
  };
};

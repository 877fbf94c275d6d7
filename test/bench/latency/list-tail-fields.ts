/**
 * The stamps of an encoded list, read from its end: eight Avro longs of which each ends at a byte below 0x80 and is
 * preceded by one that ends so too, and behind them the next purchases. Nothing before them is decoded: fifty items a list
 * would load the machine that is measured.
 */
export interface ListStamps {
  readonly triggerOffset: number;
  readonly appendedAt: number;
  readonly receivedAt: number;
  readonly stateAt: number;
  readonly scoredAt: number;
  readonly publishedAt: number;
}

const FIELDS = 8; // triggerOffset, eventTime, appendedAt, receivedAt, stateAt, scoredAt, publishedAt, expiresAt
const NEXT_BYTES = 20 * 32;
/** Bytes that hold them for certain: ten a long, the end of the field before, and twenty next purchases of a bench's ids. */
export const TAIL_BYTES = 10 * FIELDS + 1 + NEXT_BYTES;

/** Where the array of next purchases that begins at `at` ends; -1 where none does. */
const endOfNext = (value: Uint8Array, at: number): number => {
  const count = (value[at] as number) / 2;
  if (!Number.isInteger(count)) return -1;
  let end = at + 1;
  if (count === 0) return end;
  for (let n = 0; n < count; n += 1) end += 1 + (value[end] as number) / 2 + 8; // ids are shorter than 64 bytes
  return value[end] === 0 ? end + 1 : -1;
};
/** Where the stamps end: in front of an array that fills the rest, behind a time of our days. */
const endOfStamps = (value: Uint8Array): number => {
  for (let at = value.length - 1; at > 0; at -= 1) {
    if (endOfNext(value, at) === value.length && isTime(longBefore(value, at).raw / 2)) return at;
  }
  throw new RangeError('no stamps');
};
const isTime = (ms: number): boolean => ms > 1.6e12 && ms < 4e12;

/** The long that ends at `end`, as it is encoded. */
const longBefore = (value: Uint8Array, end: number): { readonly raw: number; readonly start: number } => {
  let start = end - 1;
  while (start > 0 && (value[start - 1] as number) >= 0x80) start -= 1;
  let raw = 0;
  for (let at = end - 1; at >= start; at -= 1) raw = raw * 128 + ((value[at] as number) & 0x7f);
  return { raw, start };
};

export const readListStamps = (value: Uint8Array): ListStamps => {
  const longs: number[] = [];
  let end = endOfStamps(value);
  while (longs.length < FIELDS) {
    const { raw, start } = longBefore(value, end);
    longs.unshift(raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2);
    end = start;
  }
  const [triggerOffset, , appendedAt, receivedAt, stateAt, scoredAt, publishedAt] = longs as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { triggerOffset, appendedAt, receivedAt, stateAt, scoredAt, publishedAt };
};

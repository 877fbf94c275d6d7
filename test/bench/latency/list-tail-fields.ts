/**
 * The last fields of an encoded list, read from its end: eight Avro longs of which each ends at a byte below 0x80 and is
 * preceded by one that ends so too. Nothing before them is decoded: fifty items a list would load the machine that is
 * measured.
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
/** Bytes that hold them for certain: ten a long, and the end of the field before. */
export const TAIL_BYTES = 10 * FIELDS + 1;

export const readListStamps = (value: Uint8Array): ListStamps => {
  const longs: number[] = [];
  let end = value.length;
  while (longs.length < FIELDS) {
    let start = end - 1;
    while (start > 0 && (value[start - 1] as number) >= 0x80) start -= 1;
    let raw = 0;
    for (let at = end - 1; at >= start; at -= 1) raw = raw * 128 + ((value[at] as number) & 0x7f);
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

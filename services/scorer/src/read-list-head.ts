import { VISIT_KEY, WIRE_HEADER_BYTES } from '@nextcart/contracts';
import { UNTRAINED } from '@nextcart/ranking';
import { clearMark, createListMark, hashId, type IdHash, type ListMark, markBreak, markItem } from './list-mark.ts';

/** What a scorer wants of a list that it reads back. */
export interface ListHead {
  readonly mark: ListMark;
  triggerOffset: number;
  /** Epoch ms. */
  expiresAt: number;
  /** When its newest event was received, epoch ms; Infinity where it is for the next visit, or nobody's. */
  forVisitOf: number;
  /** Shows an item that `isGone` says is gone. */
  showsGone: boolean;
  byModels: boolean;
}

export const createListHead = (): ListHead => ({
  ...{ mark: createListMark(), triggerOffset: 0, expiresAt: 0, forVisitOf: 0, showsGone: false, byModels: false },
});

const PRICE_BRANCHES = 2;
/** Only lists for a next visit name one (contracts' next-visit.ts). */
const VISIT = Buffer.from(VISIT_KEY);
const NO_MODELS = Buffer.from(UNTRAINED);
const isText = (text: Buffer, bytes: Uint8Array, start: number, end: number): boolean =>
  end - start === text.length && text.equals(bytes.subarray(start, end));

/**
 * Reads a published list's value (wire header included) without decoding it: a partition of a million lists is read
 * from its start. False, with `out` not to be used, where the bytes are no list of this schema; never throws.
 */
export const createListReader = (
  isGone: (item: IdHash) => boolean = () => false,
): ((value: Uint8Array, out: ListHead) => boolean) => {
  let bytes: Uint8Array = new Uint8Array(0);
  let at = 0;
  let bad = false;
  const id = { high: 0, low: 0 };

  const long = (): number => {
    let low = 0;
    let scale = 1;
    for (let i = 0; i < 10; i += 1) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      low += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return low % 2 === 0 ? low / 2 : -(low + 1) / 2;
    }
    bad = true;
    return 0;
  };
  const skip = (size: number) => {
    at += size;
    if (size < 0 || at > bytes.length) bad = true;
  };
  const skipText = () => skip(long());
  /** Entries of an array or a map, block by block. */
  const blocks = (entry: () => void) => {
    for (let count = long(); count !== 0 && !bad; count = long()) {
      if (count < 0) {
        long();
        count = -count;
      }
      for (let i = 0; i < count && !bad; i += 1) entry();
    }
  };
  /** An id that is shown. */
  const shown = (out: ListHead) => {
    const size = long();
    skip(size);
    if (bad) return;
    markItem(out.mark, hashId(bytes, at - size, at, id));
    if (isGone(id)) out.showsGone = true;
  };
  const reason = () => {
    skipText();
    skipText();
    skip(8);
  };
  const optional = () => {
    const branch = long();
    if (branch < 0 || branch >= PRICE_BRANCHES) bad = true;
    else if (branch === 1) skipText();
  };

  return (value, out) => {
    bytes = value;
    at = WIRE_HEADER_BYTES;
    bad = false;
    const { mark } = out;
    clearMark(mark);
    out.showsGone = false;
    skipText(); // subject: the key has it
    skipText(); // recommId
    blocks(() => {
      shown(out);
      skip(8); // score
      long(); // source
      skipText(); // title
      skipText(); // category
      optional(); // price
      optional(); // currency
      blocks(reason);
    });
    const nameSize = long();
    skip(nameSize);
    out.byModels = !isText(NO_MODELS, bytes, at - nameSize, at);
    let ended = false;
    blocks(() => {
      const size = long();
      skip(size);
      if (!bad && isText(VISIT, bytes, at - size, at)) ended = true;
      skipText();
    });
    skipText(); // catalogPosition
    long(); // partition
    out.triggerOffset = long();
    long(); // eventTime
    long(); // appendedAt
    const receivedAt = long();
    out.forVisitOf = ended || out.triggerOffset < 0 ? Number.POSITIVE_INFINITY : receivedAt;
    for (let stamp = 0; stamp < 3; stamp += 1) long();
    out.expiresAt = long();
    let next = 0;
    // the first version ends here
    if (at < bytes.length)
      blocks(() => {
        if (next === 0) markBreak(mark);
        next += 1;
        shown(out);
        skip(8); // probability
      });
    // a newer version may have more fields behind
    return !bad && at <= bytes.length;
  };
};

import type { ReasonCode } from '@nextcart/contracts';
import { type Cursor, fail, readLong } from './cursor.ts';
import { asciiEnd, isUtf8Range } from './utf8.ts';
import { parseUuid, UUID_TEXT_BYTES } from './uuid.ts';

/** Reads one value at the cursor and moves beyond it; false with a fault where it is not of its type. */
export type Step = (c: Cursor) => boolean;

/** A step with the least number of bytes that its value takes: what bounds a block's count before it is believed. */
export interface Compiled {
  readonly step: Step;
  readonly minBytes: number;
  /** Of a record: its fields' steps, in their order. */
  readonly fields?: readonly Step[];
}

const INT_MIN = -(2 ** 31);
const INT_MAX = 2 ** 31 - 1;
/** avsc's bound: one less than the largest safe integer. */
const LONG_MAX = 2 ** 53 - 2;

export const nullStep: Step = (c) => {
  c.start = -1;
  c.stop = -1;
  c.value = 0;
  return true;
};

const booleanStep: Step = (c) => {
  if (c.at >= c.end) return fail(c, 'bad_datum');
  c.value = c.bytes[c.at] as number;
  if (c.value > 1) return fail(c, 'bad_datum');
  c.start = c.at;
  c.at += 1;
  c.stop = c.at;
  return true;
};

/** int, long and enum: a varint between two bounds. */
const numberStep =
  (min: number, max: number): Step =>
  (c) => {
    c.start = c.at;
    const n = readLong(c);
    if (!(n >= min && n <= max)) return fail(c, 'bad_datum');
    c.value = n;
    c.stop = c.at;
    return true;
  };

const fixedStep =
  (size: number): Step =>
  (c) => {
    if (size > c.end - c.at) return fail(c, 'bad_datum');
    c.start = c.at;
    c.at += size;
    c.stop = c.at;
    c.value = size;
    return true;
  };

/** The length before text and bytes; leaves start and stop around the content. */
const enterSized = (c: Cursor, limit: number, tooLarge: ReasonCode): boolean => {
  const size = readLong(c);
  if (!(size >= 0 && size <= c.end - c.at)) return fail(c, 'bad_datum');
  if (size > limit) return fail(c, tooLarge);
  c.start = c.at;
  c.at += size;
  c.stop = c.at;
  return true;
};

const bytesStep =
  (limit: number): Step =>
  (c) => {
    c.value = 0;
    return enterSized(c, limit, 'too_large');
  };

export const textStep =
  (limit: number): Step =>
  (c) => {
    if (!enterSized(c, limit, 'too_large')) return false;
    const plain = asciiEnd(c.bytes, c.start, c.stop);
    c.value = plain === c.stop ? 1 : 0;
    return c.value === 1 || isUtf8Range(c.bytes, plain, c.stop) || fail(c, 'bad_utf8');
  };

const uuidStep: Step = (c) => {
  if (!enterSized(c, UUID_TEXT_BYTES, 'bad_event_id')) return false;
  c.value = 1;
  const whole = c.stop - c.start === UUID_TEXT_BYTES && parseUuid(c.bytes, c.start, c.uuid);
  return whole || fail(c, 'bad_event_id');
};

/** The schema of a type without parts, as JSON. */
export interface LeafSchema {
  readonly type: string;
  readonly logicalType?: string;
  readonly symbols?: readonly string[];
  readonly size?: number;
}

/** The step of a type without parts; undefined where it has parts or is a name. `limit` in bytes. */
export const compileLeaf = (schema: LeafSchema, limit: number): Compiled | undefined => {
  switch (schema.type) {
    case 'null':
      return { step: nullStep, minBytes: 0 };
    case 'boolean':
      return { step: booleanStep, minBytes: 1 };
    case 'int':
      return { step: numberStep(INT_MIN, INT_MAX), minBytes: 1 };
    case 'long':
      return { step: numberStep(-LONG_MAX, LONG_MAX), minBytes: 1 };
    case 'enum':
      return { step: numberStep(0, (schema.symbols ?? []).length - 1), minBytes: 1 };
    case 'float':
      return { step: fixedStep(4), minBytes: 4 };
    case 'double':
      return { step: fixedStep(8), minBytes: 8 };
    case 'fixed':
      return { step: fixedStep(schema.size ?? 0), minBytes: schema.size ?? 0 };
    case 'bytes':
      return { step: bytesStep(limit), minBytes: 1 };
    case 'string':
      return schema.logicalType === 'uuid' ? { step: uuidStep, minBytes: 1 } : { step: textStep(limit), minBytes: 1 };
    default:
      return undefined;
  }
};

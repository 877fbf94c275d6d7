/** What avsc makes of bytes that may be spoilt: the reference of the fuzz tests, which shares no code with the walker. */
import { createCodec, wireEncode } from '@nextcart/contracts';
import avro from 'avsc';

export interface Read<T> {
  readonly value: T;
  /** Whether avsc writes the value as the same bytes again: then nothing may call them unreadable. */
  readonly exact: boolean;
}

/**
 * avsc takes a block's count at its word, and goes back where a length is negative: without a bound, eight spoilt bytes
 * keep it reading nothing, or the same, for days.
 */
let bytesLeft = 0;
class BoundedType extends avro.types.LogicalType {
  override _fromValue(value: string | undefined): string | undefined {
    bytesLeft -= 1 + (value?.length ?? 0); // the length's byte, and at least one a UTF-16 unit
    if (bytesLeft < 0) throw new RangeError('more text than bytes');
    return value;
  }
}

/** The schema with its texts counted. Blocks without any text in them stay unbounded: our schemas have none. */
const counted = (schema: unknown): unknown => {
  if (schema === 'string') return { type: 'string', logicalType: 'bounded' };
  if (Array.isArray(schema)) return schema.map(counted);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { default: _, fields, items, values, type, ...rest } = schema as Record<string, unknown>;
  return {
    ...rest,
    type: 'logicalType' in rest ? type : counted(type),
    ...(fields === undefined ? {} : { fields: counted(fields) }),
    ...(items === undefined ? {} : { items: counted(items) }),
    ...(values === undefined ? {} : { values: counted(values) }),
  };
};

/** Reads datums of a schema; undefined where avsc refuses them. */
export const createReference = <T>(text: string): ((datum: Buffer) => Read<T> | undefined) => {
  const bounded = avro.Type.forSchema(counted(JSON.parse(text)) as avro.Schema, {
    logicalTypes: { bounded: BoundedType },
  });
  const codec = createCodec<T>(text);
  const isExact = (value: T, datum: Buffer): boolean => {
    try {
      return codec.encode(value).equals(datum);
    } catch {
      return false; // avsc reads what it would not write, such as an int of 40 bits
    }
  };
  return (datum) => {
    try {
      bytesLeft = datum.length;
      bounded.fromBuffer(datum);
      const value = codec.decode(datum);
      return { value, exact: isExact(value, datum) };
    } catch {
      return undefined;
    }
  };
};

/** Reads whole values, each with the schema of the id in its header; undefined where there is none, or avsc refuses. */
export const createWireReference = <T>(
  texts: Readonly<Record<number, string>>,
): ((value: Buffer) => Read<T> | undefined) => {
  const readers = Object.entries(texts).map(
    ([id, text]) => [wireEncode(Number(id), Buffer.alloc(0)), createReference<T>(text)] as const,
  );
  return (value) => {
    const header = value.subarray(0, 5);
    return readers.find(([own]) => own.equals(header))?.[1](value.subarray(5));
  };
};

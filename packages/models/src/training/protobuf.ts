/**
 * The part of protobuf's wire format that an ONNX file needs (protobuf.dev/programming-guides/encoding): a message is
 * its fields one after another, and a field that is a message is its bytes with their length in front.
 */
export type Bytes = Uint8Array;

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

const utf8 = new TextEncoder();

/** Integers from −2⁵³ to 2⁵³; a negative one takes ten bytes, as protobuf's int64 does. */
const varint = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return bytes;
};

export const message = (...fields: readonly Bytes[]): Bytes => {
  const whole = new Uint8Array(fields.reduce((size, field) => size + field.length, 0));
  let at = 0;
  for (const field of fields) {
    whole.set(field, at);
    at += field.length;
  }
  return whole;
};

export const integerField = (number: number, value: number): Bytes =>
  Uint8Array.from([...varint(number * 8 + VARINT), ...varint(value)]);

export const floatField = (number: number, value: number): Bytes => {
  const field = new Uint8Array(varint(number * 8 + FIXED32).length + 4);
  field.set(varint(number * 8 + FIXED32));
  new DataView(field.buffer).setFloat32(field.length - 4, value, true);
  return field;
};

export const bytesField = (number: number, value: Bytes): Bytes =>
  message(Uint8Array.from([...varint(number * 8 + LENGTH_DELIMITED), ...varint(value.length)]), value);

export const textField = (number: number, value: string): Bytes => bytesField(number, utf8.encode(value));

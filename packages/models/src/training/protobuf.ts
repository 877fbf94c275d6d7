/**
 * The part of protobuf's wire format that an ONNX file needs (protobuf.dev/programming-guides/encoding): a message is
 * its fields one after another, and a field that is a message is its bytes with their length in front.
 */
export type Bytes = Uint8Array;
/** Bytes one behind the other. Large ones go through many messages, one inside the other, and are copied at the end alone. */
export type Pieces = readonly Bytes[];

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

const sizeOf = (pieces: Pieces): number => pieces.reduce((size, piece) => size + piece.length, 0);

export const joined = (pieces: Pieces): Bytes => {
  const whole = new Uint8Array(sizeOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
};

export const message = (...fields: readonly Pieces[]): Pieces => fields.flat();

export const integerField = (number: number, value: number): Pieces => [
  Uint8Array.from([...varint(number * 8 + VARINT), ...varint(value)]),
];

export const floatField = (number: number, value: number): Pieces => {
  const field = new Uint8Array(varint(number * 8 + FIXED32).length + 4);
  field.set(varint(number * 8 + FIXED32));
  new DataView(field.buffer).setFloat32(field.length - 4, value, true);
  return [field];
};

/** Small values are joined to one piece. */
export const bytesField = (number: number, value: Pieces): Pieces => {
  const size = sizeOf(value);
  const start = Uint8Array.from([...varint(number * 8 + LENGTH_DELIMITED), ...varint(size)]);
  return size < SMALL_BYTES ? [joined([start, ...value])] : [start, ...value];
};
const SMALL_BYTES = 4096;

export const textField = (number: number, value: string): Pieces => bytesField(number, [utf8.encode(value)]);

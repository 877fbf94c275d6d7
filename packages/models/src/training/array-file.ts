/**
 * Typed arrays by name as bytes, with a few facts about them. Invariants: what is read is bit for bit what was written;
 * bytes of another kind or version, cut or damaged ones are an error that says so.
 * Layout: magic, version, length of the header (uint32 each), SHA-256 of all that follows and of these three, header
 * (JSON), arrays (each at a multiple of 8, little-endian).
 */
import { createHash } from 'node:crypto';

export interface ArrayFormat {
  /** What it is called in errors. */
  readonly name: string;
  /** Four ASCII letters. */
  readonly magic: string;
  readonly version: number;
}

export type NumberArray = Float32Array | Float64Array | Int32Array | Uint8Array;
export type Arrays = Readonly<Record<string, NumberArray>>;

export interface ArrayFile<About> {
  /** As JSON keeps it; no key `arrays`. */
  readonly about: About;
  readonly arrays: Arrays;
}

const KINDS = { float32: Float32Array, float64: Float64Array, int32: Int32Array, uint8: Uint8Array } as const;
type Kind = keyof typeof KINDS;

interface ArrayEntry {
  readonly name: string;
  readonly kind: Kind;
  readonly length: number;
}

const WORDS_BYTES = 12;
const PREFIX_BYTES = WORDS_BYTES + 32;
const ALIGNMENT = 8;

const aligned = (size: number): number => Math.ceil(size / ALIGNMENT) * ALIGNMENT;

const kindOf = (array: NumberArray): Kind =>
  (Object.keys(KINDS) as Kind[]).find((kind) => array instanceof KINDS[kind]) as Kind;

const magicWord = (magic: string): number => Buffer.from(magic, 'latin1').readUInt32LE(0);

/** JSON would make an object of a typed array, and nobody would notice. */
const noArrays = (name: string, value: unknown): unknown => {
  if (ArrayBuffer.isView(value)) throw new TypeError(`${name} is an array: it belongs among the arrays`);
  return value;
};

/** Throws a TypeError for typed arrays among the facts. */
export const encodeArrays = <About extends object>(
  { magic, version }: ArrayFormat,
  { about, arrays }: ArrayFile<About>,
): Uint8Array => {
  const entries = Object.entries(arrays);
  const list: ArrayEntry[] = entries.map(([name, array]) => ({ name, kind: kindOf(array), length: array.length }));
  const json = new TextEncoder().encode(JSON.stringify({ ...about, arrays: list }, noArrays));
  const start = aligned(PREFIX_BYTES + json.length);
  const bytes = new Uint8Array(entries.reduce((size, [, array]) => size + aligned(array.byteLength), start));
  const view = new DataView(bytes.buffer);
  [magicWord(magic), version, json.length].forEach((word, at) => view.setUint32(at * 4, word, true));
  bytes.set(json, PREFIX_BYTES);
  let at = start;
  for (const [, array] of entries) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += aligned(array.byteLength);
  }
  bytes.set(digest(bytes), WORDS_BYTES);
  return bytes;
};

/** Throws an Error for bytes of another kind, of another version, or damaged. */
export const decodeArrays = <About extends object>(format: ArrayFormat, bytes: Uint8Array): ArrayFile<About> => {
  const head = readHead<About>(format, bytes);
  if (!digest(bytes).equals(bytes.subarray(WORDS_BYTES, PREFIX_BYTES)))
    throw new Error(`the ${format.name} is damaged`);
  return arraysOf(head(), bytes, false);
};

/**
 * The same of bytes that are known to be whole and become the arrays: nothing is hashed again, and nothing is copied where
 * they begin at a multiple of 8.
 */
export const decodeWholeArrays = <About extends object>(format: ArrayFormat, bytes: Uint8Array): ArrayFile<About> =>
  arraysOf(readHead<About>(format, bytes)(), bytes, bytes.byteOffset % ALIGNMENT === 0);

/** Checks kind and version; what it returns reads the header. */
const readHead = <About extends object>(format: ArrayFormat, bytes: Uint8Array) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < PREFIX_BYTES || view.getUint32(0, true) !== magicWord(format.magic))
    throw new Error(`no ${format.name}`);
  const version = view.getUint32(4, true);
  if (version !== format.version)
    throw new Error(`${format.name} of version ${version}, this code reads ${format.version}`);
  return () => {
    const end = PREFIX_BYTES + view.getUint32(8, true);
    const json = new TextDecoder().decode(bytes.subarray(PREFIX_BYTES, end));
    const { arrays, ...about } = JSON.parse(json) as About & { readonly arrays: readonly ArrayEntry[] };
    return { about: about as unknown as About, entries: arrays, start: aligned(end) };
  };
};

const arraysOf = <About extends object>(
  { about, entries, start }: { readonly about: About; readonly entries: readonly ArrayEntry[]; readonly start: number },
  bytes: Uint8Array,
  inPlace: boolean,
): ArrayFile<About> => {
  let at = start;
  const arrays = entries.map(({ name, kind, length }) => {
    const Kind = KINDS[kind];
    const end = at + length * Kind.BYTES_PER_ELEMENT;
    const array = inPlace ? new Kind(bytes.buffer as ArrayBuffer, bytes.byteOffset + at, length) : new Kind(length);
    if (!inPlace) new Uint8Array(array.buffer).set(bytes.subarray(at, end));
    at = aligned(end);
    return [name, array] as const;
  });
  return { about, arrays: Object.fromEntries(arrays) };
};

const digest = (bytes: Uint8Array): Buffer =>
  createHash('sha256').update(bytes.subarray(0, WORDS_BYTES)).update(bytes.subarray(PREFIX_BYTES)).digest();

/**
 * A training written down at a step. Invariants: what is read is bit for bit what was written; another version, another
 * training or a damaged file is an error that says so, never a model that is subtly wrong.
 * Layout: magic, version, length of the header (uint32 each), SHA-256 of all that follows, header (JSON), arrays
 * (each at a multiple of 8, little-endian).
 */
import { createHash } from 'node:crypto';
import type { State } from './state.ts';

export interface Checkpoint {
  /** What the training was of: options and sizes. A checkpoint resumes only its equal. */
  readonly fingerprint: string;
  /** Where the loop was, as JSON. */
  readonly position: unknown;
  readonly arrays: State;
}

const MAGIC = 0x504b434e; // "NCKP"
const VERSION = 1;
const PREFIX_BYTES = 12 + 32;
const ALIGNMENT = 8;
const KINDS = { float32: Float32Array, float64: Float64Array } as const;

interface Header {
  readonly fingerprint: string;
  readonly position: unknown;
  readonly arrays: readonly { readonly name: string; readonly kind: keyof typeof KINDS; readonly length: number }[];
}

const aligned = (size: number): number => Math.ceil(size / ALIGNMENT) * ALIGNMENT;

export const encodeCheckpoint = ({ fingerprint, position, arrays }: Checkpoint): Uint8Array => {
  const entries = Object.entries(arrays);
  const header: Header = {
    fingerprint,
    position,
    arrays: entries.map(([name, array]) => ({
      name,
      kind: array instanceof Float32Array ? 'float32' : 'float64',
      length: array.length,
    })),
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = aligned(PREFIX_BYTES + json.length);
  const bytes = new Uint8Array(entries.reduce((size, [, array]) => size + aligned(array.byteLength), start));
  const view = new DataView(bytes.buffer);
  [MAGIC, VERSION, json.length].forEach((word, at) => view.setUint32(at * 4, word, true));
  bytes.set(json, PREFIX_BYTES);
  let at = start;
  for (const [, array] of entries) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += aligned(array.byteLength);
  }
  bytes.set(digest(bytes), 12);
  return bytes;
};

/** Throws an Error for bytes that are no checkpoint, of another version, or damaged. */
export const decodeCheckpoint = (bytes: Uint8Array): Checkpoint => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < PREFIX_BYTES || view.getUint32(0, true) !== MAGIC) throw new Error('no checkpoint');
  const version = view.getUint32(4, true);
  if (version !== VERSION) throw new Error(`checkpoint of version ${version}, this code reads ${VERSION}`);
  if (!digest(bytes).equals(bytes.subarray(12, PREFIX_BYTES))) throw new Error('the checkpoint is damaged');
  const length = view.getUint32(8, true);
  const json = new TextDecoder().decode(bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + length));
  const { fingerprint, position, arrays } = JSON.parse(json) as Header;
  let at = aligned(PREFIX_BYTES + length);
  const read: [string, Float32Array | Float64Array][] = arrays.map(({ name, kind, length: size }) => {
    const array = new KINDS[kind](size);
    new Uint8Array(array.buffer).set(bytes.subarray(at, at + array.byteLength));
    at += aligned(array.byteLength);
    return [name, array];
  });
  return { fingerprint, position, arrays: Object.fromEntries(read) };
};

/** Writes a checkpoint's arrays over live ones; throws where names or sizes differ. */
export const restore = (from: State, into: State): void => {
  for (const [name, array] of Object.entries(into)) {
    const saved = from[name];
    if (saved?.length !== array.length) throw new Error(`the checkpoint has no ${name} of ${array.length} numbers`);
    array.set(saved);
  }
};

export const copyOf = (state: State): State =>
  Object.fromEntries(Object.entries(state).map(([name, array]) => [name, array.slice()]));

const digest = (bytes: Uint8Array): Buffer =>
  createHash('sha256').update(bytes.subarray(0, 12)).update(bytes.subarray(PREFIX_BYTES)).digest();

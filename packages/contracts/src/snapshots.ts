import { createHash } from 'node:crypto';

/** Half-lives that trending is kept for, in seconds, in the order of `TrendingSnapshot.scores`. */
export const TRENDING_HALF_LIVES_S = [30 * 60, 2 * 3600, 24 * 3600, 48 * 3600] as const;

/** Sparse item-item weights: row r spans [rowStart[r], rowStart[r+1]) of columns and weights, heaviest first. */
export interface ItemGraph {
  items: string[];
  rowStart: Int32Array;
  /** Positions in `items`. */
  columns: Int32Array;
  weights: Float32Array;
}

export interface SnapshotPayloads {
  /** Top items by exponentially decayed events; scores are [halfLives, items], row-major. */
  trending: { items: string[]; scores: Float32Array };
  /** Items seen in the same session, decayed. */
  covisits: ItemGraph;
  /** Items bought by the same subject, decayed. */
  copurchases: ItemGraph;
  /** The most recent sessions of two items and more, newest last; columns are the session's items in order. */
  sessions: { items: string[]; rowStart: Int32Array; columns: Int32Array; endedAt: Float64Array };
  /** Robust spread of ln(base amount) by category, and subjects whose rate is beyond a person's. */
  cleaning: { categories: string[]; median: Float64Array; mad: Float64Array; robots: string[] };
}
export type SnapshotKind = keyof SnapshotPayloads;
export const snapshotKinds = [
  'trending',
  'covisits',
  'copurchases',
  'sessions',
  'cleaning',
] as const satisfies SnapshotKind[];

/** A snapshot: immutable, named by the hash of its bytes, kept as long as the lists that name it. */
export interface Snapshot<K extends SnapshotKind = SnapshotKind> {
  readonly kind: K;
  /** First 32 hex digits of SHA-256 over the encoded payload. */
  readonly hash: string;
  /** Watermark that it was made at, epoch ms of the shop's clock. */
  readonly asOf: number;
  readonly payload: SnapshotPayloads[K];
}

type Column = Int32Array | Float32Array | Float64Array | string[];
const constructors = { Int32Array, Float32Array, Float64Array } as const;

/** Payload to bytes: a JSON line that says what follows, then the numeric columns as they lie in memory (little-endian). */
export const encodeSnapshot = (payload: SnapshotPayloads[SnapshotKind]): Buffer => {
  const names: Record<string, unknown> = {};
  const bodies: Uint8Array[] = [];
  for (const [name, column] of Object.entries(payload as Record<string, Column>)) {
    if (Array.isArray(column)) {
      names[name] = column;
    } else {
      names[name] = { type: column.constructor.name, length: column.length };
      bodies.push(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
    }
  }
  return Buffer.concat([Buffer.from(`${JSON.stringify(names)}\n`), ...bodies]);
};

export const snapshotHash = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 32);

/** Bytes back to the payload. Throws RangeError where they are cut short or run over. */
export const decodeSnapshot = <K extends SnapshotKind>(_kind: K, bytes: Buffer): SnapshotPayloads[K] => {
  const end = bytes.indexOf(0x0a);
  if (end === -1) throw new RangeError('snapshot is cut short in its first line');
  const names = JSON.parse(bytes.toString('utf8', 0, end)) as Record<
    string,
    string[] | { type: keyof typeof constructors; length: number }
  >;
  const payload: Record<string, Column> = {};
  let at = end + 1;
  for (const [name, column] of Object.entries(names)) {
    if (Array.isArray(column)) {
      payload[name] = column;
      continue;
    }
    const Typed = constructors[column.type];
    const size = column.length * Typed.BYTES_PER_ELEMENT;
    if (at + size > bytes.length) throw new RangeError(`snapshot is cut short in column '${name}'`);
    // copied, because a column must start at a multiple of its element's size
    payload[name] = new Typed(new Uint8Array(bytes.subarray(at, at + size)).buffer);
    at += size;
  }
  if (at !== bytes.length) throw new RangeError(`snapshot has ${bytes.length - at} bytes too many`);
  return payload as unknown as SnapshotPayloads[K];
};

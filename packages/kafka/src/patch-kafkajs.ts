/**
 * Mends of kafkajs 2.2.4, made once before the first client:
 * - its request queue re-arms a timer with a negative delay for ever after the first answer on a connection, which on
 *   Node 24 is a 1 ms loop per connection (46 ms of CPU a second when idle, and a TimeoutNegativeWarning). Ours arms a
 *   timer only while something waits.
 * - two requests that find a connection closed both open it, and the second socket takes the place of the first, half
 *   open: the second waits for the first's instead.
 * - it knows the number of zstd and has no codec: Node's own is handed in.
 */
import { promisify } from 'node:util';
import { zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import {
  ConnectionPrototype,
  type RawConnection,
  type RawEncoder,
  type RequestQueue,
  RequestQueuePrototype,
} from './kafkajs-internals.ts';

/** As in kafkajs: how soon a full queue is looked at again when no throttle says otherwise. */
const RECHECK_MS = 10;

/**
 * Small ones at once: the way over the thread pool and a stream costs some 100 µs more than the work itself (a list of
 * 3 KB: 37 µs and 20 µs at once, 174 µs and 131 µs over the pool). Large ones must not hold up the loop.
 */
const AT_ONCE_BYTES = 64 * 1024;
const compressLater = promisify(zstdCompress);
const decompressLater = promisify(zstdDecompress);
const compress = async (bytes: Buffer): Promise<Buffer> =>
  bytes.length <= AT_ONCE_BYTES
    ? zstdCompressSync(bytes, { pledgedSrcSize: bytes.length })
    : compressLater(bytes, { pledgedSrcSize: bytes.length });
const decompress = async (bytes: Buffer): Promise<Buffer> =>
  bytes.length <= AT_ONCE_BYTES ? zstdDecompressSync(bytes) : decompressLater(bytes);
let patched = false;

/** `now` is the wall clock, which is what the queue's throttle is kept in. */
export const patchKafkajs = (now: () => number): void => {
  if (patched) return;
  patched = true;
  RequestQueuePrototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
    const throttledMs = this.throttledUntil - now();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttledMs > 0 ? throttledMs : RECHECK_MS,
    );
  };
  const connect = ConnectionPrototype.connect;
  const connecting = new WeakMap<RawConnection, Promise<boolean>>();
  ConnectionPrototype.connect = function (this: RawConnection) {
    const begun = connecting.get(this);
    if (begun !== undefined) return begun;
    const attempt = connect.call(this).finally(() => connecting.delete(this));
    connecting.set(this, attempt);
    return attempt;
  };
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
    compress: (encoder: RawEncoder) => compress(encoder.buffer),
    decompress,
  });
};

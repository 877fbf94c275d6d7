/**
 * Mends of kafkajs 2.2.4, made once before the first client:
 * - its request queue re-arms a timer with a negative delay for ever after the first answer on a connection, which on
 *   Node 24 is a 1 ms loop per connection (46 ms of CPU a second when idle, and a TimeoutNegativeWarning). Ours arms a
 *   timer only while something waits.
 * - it looks for requests that are overdue ten times a second on each connection, which wakes a process that has nothing
 *   to do a hundred times a second; a request has 5 s, so once a second is soon enough.
 * - two requests that find a connection closed both open it, and the second socket takes the place of the first, half
 *   open: the second waits for the first's instead.
 * - it knows the number of zstd and has no codec: Node's own is handed in.
 * - what it makes of each record costs more than all that ingest does with it: records are decoded by decode-records.ts,
 *   and written by encode-produce.ts.
 */
import kafkajs from 'kafkajs';
import { decodeRecords, formatOf, MAGIC_2 } from './decode-records.ts';
import { encodeProduce } from './encode-produce.ts';
import {
  ConnectionPrototype,
  type DecodeMessages,
  type RawConnection,
  type RequestQueue,
  RequestQueuePrototype,
  replaceDecodeMessages,
  replaceEncodeProduce,
} from './kafkajs-internals.ts';
import { decompress } from './zstd.ts';

/** As in kafkajs: how soon a full queue is looked at again when no throttle says otherwise. */
const RECHECK_MS = 10;
const OVERDUE_CHECK_MS = 1000;

const unpack = async (codec: number, packed: Buffer): Promise<Buffer> => {
  const make = kafkajs.CompressionCodecs[codec as keyof typeof kafkajs.CompressionCodecs] as
    | (() => { decompress(bytes: Buffer): Promise<Buffer> })
    | undefined;
  if (make === undefined) throw new RangeError(`no codec ${codec} for a fetched batch`);
  return make().decompress(packed);
};

/** An answer without records, and formats of Kafka before 0.11, stay with kafkajs. */
const decodeMessages =
  (original: DecodeMessages): DecodeMessages =>
  async (decoder) => {
    const { buffer, offset } = decoder;
    const size = buffer.readInt32BE(offset);
    const start = offset + 4;
    if (size <= 0 || size > buffer.length - start) return original(decoder);
    const bytes = buffer.subarray(start, start + size);
    if (formatOf(bytes) !== MAGIC_2) return original(decoder);
    decoder.forward(4 + size);
    return decodeRecords(bytes, unpack);
  };

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
  RequestQueuePrototype.scheduleRequestTimeoutCheck = function (this: RequestQueue) {
    if (!this.enforceRequestTimeout) return;
    this.destroy();
    this.requestTimeoutIntervalId = setInterval(
      () => {
        for (const request of this.inflight.values())
          if (now() - request.sentAt > request.requestTimeout) request.timeoutRequest();
        if (!this.isConnected()) this.destroy();
      },
      Math.min(this.requestTimeout, OVERDUE_CHECK_MS),
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
    decompress: async (bytes: Buffer) => decompress(bytes),
  });
  replaceDecodeMessages(decodeMessages);
  replaceEncodeProduce((request) => encodeProduce(request, now()));
};

/**
 * Records as a batch of Kafka's format 2 (https://kafka.apache.org/documentation/#recordbatch), written once into one
 * buffer. kafkajs copies each record through some eight buffers that it makes for it, and buffers by the tens of
 * megabytes a second keep the garbage collector marking the whole heap all the time.
 */
import { crc32c } from '@node-rs/crc32';
import type { ProduceMessage } from './kafkajs-internals.ts';

/** Of a batch: from its first offset to the count of its records. */
const HEAD_BYTES = 61;
/** Bytes that the batch's length does not count, and those before what its checksum covers. */
const BEFORE_LENGTH = 12;
const BEFORE_CHECKED = 21;
const MAGIC = 2;
const SIZE_BYTES = 5;
const FIRST_SCRATCH_BYTES = 64 * 1024;

/** Records are written here before they are copied: nobody else sees it, and no write waits. */
let scratch = Buffer.allocUnsafe(FIRST_SCRATCH_BYTES);
let at = 0;

const makeRoom = (bytes: number): void => {
  if (at + bytes <= scratch.length) return;
  const grown = Buffer.allocUnsafe(2 ** Math.ceil(Math.log2(at + bytes)));
  scratch.copy(grown, 0, 0, at);
  scratch = grown;
};

const sizeOfVarint = (n: number): number => {
  let bytes = 1;
  for (let left = ((n << 1) ^ (n >> 31)) >>> 7; left !== 0; left >>>= 7) bytes += 1;
  return bytes;
};

/** A zigzag varint of 32 bits. */
const writeVarint = (n: number): void => {
  let left = ((n << 1) ^ (n >> 31)) >>> 0;
  for (; left > 0x7f; left >>>= 7) scratch[at++] = (left & 0x7f) | 0x80;
  scratch[at++] = left;
};

const sizeOfPart = (part: Buffer | null): number =>
  part === null ? sizeOfVarint(-1) : sizeOfVarint(part.length) + part.length;

const writePart = (part: Buffer | null): void => {
  writeVarint(part === null ? -1 : part.length);
  if (part === null) return;
  scratch.set(part, at);
  at += part.length;
};

const writeRecord = ({ key, value, headers }: ProduceMessage, offsetDelta: number): void => {
  const named = Object.entries(headers ?? {}).map(([name, bytes]) => ({ name: Buffer.from(name), bytes }));
  let headerBytes = sizeOfVarint(named.length);
  for (const { name, bytes } of named) headerBytes += sizeOfPart(name) + sizeOfPart(bytes);
  // attributes and time delta are 0 and take a byte each
  const size = 2 + sizeOfVarint(offsetDelta) + sizeOfPart(key) + sizeOfPart(value) + headerBytes;
  makeRoom(SIZE_BYTES + size);
  writeVarint(size);
  scratch[at++] = 0;
  scratch[at++] = 0;
  writeVarint(offsetDelta);
  writePart(key);
  writePart(value);
  writeVarint(named.length);
  for (const { name, bytes } of named) {
    writePart(name);
    writePart(bytes);
  }
};

/** The records alone; a view of the scratch, good until the next call. */
const writeRecords = (messages: readonly ProduceMessage[]): Buffer => {
  at = 0;
  for (let i = 0; i < messages.length; i += 1) writeRecord(messages[i] as ProduceMessage, i);
  return scratch.subarray(0, at);
};

/**
 * One batch, its records in their order; the broker gives offsets and, where the topic says so, the time.
 *
 * @param now epoch ms, the time of all its records
 */
export const encodeBatch = (messages: readonly ProduceMessage[], now: number): Buffer => {
  const records = writeRecords(messages);
  const batch = Buffer.allocUnsafe(HEAD_BYTES + records.length);
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - BEFORE_LENGTH, 8);
  batch.writeInt32BE(0, 12);
  batch[16] = MAGIC;
  batch.writeInt16BE(0, 21); // not packed: see producer.ts
  batch.writeInt32BE(messages.length - 1, 23);
  batch.writeBigInt64BE(BigInt(now), 27);
  batch.writeBigInt64BE(BigInt(now), 35);
  batch.writeBigInt64BE(-1n, 43); // no producer id: not idempotent, see producer.ts
  batch.writeInt16BE(0, 51);
  batch.writeInt32BE(0, 53);
  batch.writeInt32BE(messages.length, 57);
  batch.set(records, HEAD_BYTES);
  batch.writeUInt32BE(crc32c(batch.subarray(BEFORE_CHECKED)), 17);
  return batch;
};

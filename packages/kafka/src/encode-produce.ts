/**
 * A produce request's body, versions 3 to 7 (https://kafka.apache.org/protocol#The_Messages_Produce), out of what
 * kafkajs's producer hands over, in one buffer of its size.
 */
import { encodeBatch } from './encode-batch.ts';
import type { Encoded, ProduceRequest } from './kafkajs-internals.ts';

/** Null, acks, time and the count of topics. */
const HEAD_BYTES = 2 + 2 + 4 + 4;
const NO_TRANSACTION = -1;

export const encodeProduce = ({ acks, timeout, topicData }: ProduceRequest, now: number): Encoded => {
  const topics: { topic: string; batches: { partition: number; batch: Buffer }[] }[] = [];
  let size = HEAD_BYTES;
  for (const { topic, partitions } of topicData) {
    const batches: { partition: number; batch: Buffer }[] = [];
    size += 2 + Buffer.byteLength(topic) + 4;
    for (const { partition, messages } of partitions) {
      const batch = encodeBatch(messages, now);
      batches.push({ partition, batch });
      size += 8 + batch.length;
    }
    topics.push({ topic, batches });
  }
  const buffer = Buffer.allocUnsafe(size);
  buffer.writeInt16BE(NO_TRANSACTION, 0);
  buffer.writeInt16BE(acks, 2);
  buffer.writeInt32BE(timeout, 4);
  buffer.writeInt32BE(topics.length, 8);
  let at = HEAD_BYTES;
  for (const { topic, batches } of topics) {
    const topicBytes = buffer.write(topic, at + 2);
    at = buffer.writeInt16BE(topicBytes, at) + topicBytes;
    at = buffer.writeInt32BE(batches.length, at);
    for (const { partition, batch } of batches) {
      at = buffer.writeInt32BE(partition, at);
      at = buffer.writeInt32BE(batch.length, at);
      buffer.set(batch, at);
      at += batch.length;
    }
  }
  return { buf: buffer, buffer };
};

/**
 * A process of its own that sends a record, says so, and when its stdin ends sends more and closes its producer. It has
 * nothing else to do, so it ends as soon as nothing of the producer is left.
 */
import { text } from 'node:stream/consumers';
import { readEnv } from '@nextcart/cli';
import { createKafka, kafkaConnection } from '@nextcart/kafka';
import { createLogger, systemClock } from '@nextcart/runtime';

const [topic = ''] = process.argv.slice(2);
const kafka = createKafka({
  connection: kafkaConnection(readEnv(), 'lone-producer'),
  log: createLogger('test', 'silent'),
  clock: systemClock,
});
const producer = await kafka.createProducer({ closeTimeoutMs: 500, maxQueuedBytes: 100 });
const record = { topic, key: null, value: Buffer.alloc(100) };
await producer.sendAll([record]);
console.log('sent');
await text(process.stdin);
// in flight, queued, and waiting for room
const sends = [1, 1, 3].map((count) => producer.sendAll(Array.from({ length: count }, () => record)));
const outcomes = Promise.allSettled(sends);
const from = performance.now();
await kafka.close();
const closedMs = performance.now() - from;
const rejected = (await outcomes).map((outcome) => (outcome.status === 'rejected' ? outcome.reason.message : 'sent'));
console.log(JSON.stringify({ closedMs, rejected }));

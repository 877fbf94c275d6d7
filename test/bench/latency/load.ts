import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { behaviourEventCodec, registrySubject, schemaText, topics, wireEncode } from '@nextcart/contracts';
import { createShop } from '@nextcart/datasets';
import { createKafka, createRegistryClient, type OutgoingRecord } from '@nextcart/kafka';
import { createLogger, systemClock } from '@nextcart/runtime';
import { takeEvents } from '../ingest/fill-topic.ts';
import { DUE_HEADER, type LoadMessage, type LoadPlan, preciseNow } from './plan.ts';

/**
 * The load, in a process of its own. Open loop: event k is due at start + k / rate, whatever became of the ones before
 * it, and carries that time; what the load sends late counts as latency (no coordinated omission).
 */
const plan = JSON.parse(process.argv[2] ?? '') as LoadPlan;
const log = createLogger('bench-load', 'error');
const clock = systemClock;
const kafka = createKafka({
  connection: { brokers: plan.brokers.split(','), clientId: 'nextcart-bench-load' },
  log,
  clock,
});
const registry = createRegistryClient({ url: plan.registryUrl, log, clock });
const schemaId = await registry.register(registrySubject(topics.events.name), schemaText('behaviour-event'));
const producer = await kafka.createProducer();
const { encode } = behaviourEventCodec();

const shop = createShop({ ...plan.shop, dirt: false });
const total = plan.eventsPerS * plan.seconds;
const START_DELAY_MS = 500;
const TICK_MS = 1;

// made beforehand: the shop's own thinking is no part of what is measured
const waiting = takeEvents(shop.records(plan.from), total);
const used = shop.position().records;

const recordAt = (k: number, due: number): OutgoingRecord => {
  const { event, key } = waiting[k] as (typeof waiting)[number];
  if (event === undefined) throw new Error('a clean shop gave a record without an event');
  const value = wireEncode(schemaId, encode({ ...event, eventTime: Math.floor(due) }));
  const headers = { [DUE_HEADER]: Buffer.from(due.toFixed(3)) };
  return { topic: topics.events.name, key: key === null ? null : Buffer.from(key), value, headers };
};

process.send?.({ kind: 'ready' } satisfies LoadMessage);
const startedAt = preciseNow() + START_DELAY_MS;
const stepMs = 1000 / plan.eventsPerS;
const sends: Promise<void>[] = [];
let lateMsMax = 0;
for (let sent = 0; sent < total; ) {
  const now = preciseNow();
  const records: OutgoingRecord[] = [];
  for (; sent < total && startedAt + sent * stepMs <= now; sent += 1) {
    const due = startedAt + sent * stepMs;
    lateMsMax = Math.max(lateMsMax, now - due);
    records.push(recordAt(sent, due));
  }
  if (records.length > 0) sends.push(producer.sendAll(records)); // not awaited: the plan does not wait for the broker
  await sleep(TICK_MS);
}
await Promise.all(sends);
process.once('message', () => process.disconnect()); // once its CPU has been read
process.send?.({ kind: 'done', startedAt, events: total, used, lateMsMax } satisfies LoadMessage);
await once(process, 'disconnect');
await kafka.close();

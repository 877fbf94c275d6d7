import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { behaviourEventCodec, registrySubject, schemaText, topics, wireEncode } from '@nextcart/contracts';
import { createShop, type DatasetRecord } from '@nextcart/datasets';
import { createKafka, createRegistryClient, type OutgoingRecord } from '@nextcart/kafka';
import { collectSeldom, createLogger, helpersStandBack, systemClock } from '@nextcart/runtime';
import { takeEvents } from '../ingest/fill-topic.ts';
import { chooseCold } from './choose-cold.ts';
import { DUE_HEADER, HISTORY_PER_S, type LoadMessage, type LoadPlan, preciseNow } from './plan.ts';

/**
 * The load, in a process of its own. Open loop: event k is due at start + k / rate, whatever became of the ones before
 * it, and carries that time; what the load sends late counts as latency (no coordinated omission).
 */
collectSeldom(); // its pauses count as latency
helpersStandBack();
const plan = JSON.parse(process.argv[2] ?? '') as LoadPlan;
process.once('disconnect', () => process.exit()); // whoever wanted it is gone
const { eventsPerS, warmUpS, seconds } = plan;
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

const START_DELAY_MS = 1000;
/** To make an event's record, at most: some 15 µs are usual. */
const MAKE_MS = 0.1;
/** What is due within it goes out together: `linger.ms` as librdkafka and, from 4.0 on, Java's client have it. */
const LINGER_MS = 5;
/** Of the shop's clock: until then it has no steady number of sessions under way. */
const SETTLING_S = 300;

// made beforehand: the shop's own thinking is no part of what is measured
const past = createShop({ ...plan.shop, eventsPerSecond: HISTORY_PER_S, dirt: false });
const stored = new Set(takeEvents(past.records(0), plan.history).map(({ key }) => key ?? ''));
const shop = createShop({ ...plan.shop, eventsPerSecond: eventsPerS, dirt: false });
const total = eventsPerS * (warmUpS + seconds);
/** Of the shop's clock: loads go on where the past ended. */
const beginS = Math.max(SETTLING_S, plan.history / HISTORY_PER_S) + plan.earlierS;
const timed = takeEvents(shop.records(eventsPerS * beginS), total);
const subjects = timed.map(({ key }) => key ?? '');
const { cold, known } = chooseCold(subjects, eventsPerS * warmUpS, stored, plan.coldShare);

/** `due` is what the event is timed from; null where it is not timed. */
const outgoing = ({ event, key }: DatasetRecord, due: number | null): OutgoingRecord => {
  if (event === undefined) throw new Error('a clean shop gave a record without an event');
  // ids of its own: the shop gives those of the past and of another rate again, which would be duplicates
  const sent = { ...event, eventId: randomUUID(), eventTime: Math.floor(due ?? preciseNow()) };
  return {
    topic: topics.events.name,
    key: key === null ? null : Buffer.from(key),
    value: wireEncode(schemaId, encode(sent)),
    ...(due === null ? {} : { headers: { [DUE_HEADER]: Buffer.from(due.toFixed(3)) } }),
  };
};

/** Sends at the rate, by absolute time; the worst delay of the load itself beyond its linger, ms. */
const send = async (startedAt: number, count: number, record: (k: number) => OutgoingRecord) => {
  const sends: Promise<void>[] = [];
  let lateMsMax = 0;
  for (let sent = 0; sent < count; ) {
    const now = preciseNow();
    const records: OutgoingRecord[] = [];
    for (let due = startedAt + (1000 * sent) / eventsPerS; sent < count && due <= now; ) {
      lateMsMax = Math.max(lateMsMax, now - due - LINGER_MS);
      records.push(record(sent));
      sent += 1;
      due = startedAt + (1000 * sent) / eventsPerS;
    }
    if (records.length > 0) sends.push(producer.sendAll(records)); // not awaited: the plan does not wait for the broker
    await sleep(LINGER_MS);
  }
  await Promise.all(sends);
  return lateMsMax;
};

const recordOf = (k: number, due: number | null) => outgoing(timed[k] as DatasetRecord, due);
await send(preciseNow(), known.length, (k) => recordOf(known[k] as number, null));
// a shop's clients have machines of their own: here records are made before the first is due, and only sent while it counts
const startedAt = preciseNow() + total * MAKE_MS + START_DELAY_MS;
const records = Array.from({ length: total }, (_, k) => recordOf(k, startedAt + (1000 * k) / eventsPerS));
const readyInMs = startedAt - START_DELAY_MS - preciseNow();
if (readyInMs < 0) throw new Error(`${total} events took ${-readyInMs} ms more to make than the load leaves for it`);
await sleep(readyInMs);
process.send?.({ kind: 'ready' } satisfies LoadMessage);
const lateMsMax = await send(startedAt, total, (k) => records[k] as OutgoingRecord);
process.once('message', () => process.exit()); // once its CPU has been read
process.send?.({ kind: 'done', startedAt, sent: total + known.length, cold, lateMsMax } satisfies LoadMessage);

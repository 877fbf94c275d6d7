import { createEventSender } from '@nextcart/cli';
import type { DatasetRecord, Shop } from '@nextcart/datasets';
import type { BenchContext } from '../harness/bench.ts';
import type { OwnServers } from '../harness/own-servers.ts';

const CHUNK = 2000;
const SHOWN = 20_000;

/** The shop's catalogue as it is at its start. */
export const fillCatalogue = async ({ kafka, registry }: OwnServers, shop: Shop): Promise<void> => {
  const producer = await kafka.createProducer();
  const sender = await createEventSender({ producer, registry, ownClock: true });
  const items: DatasetRecord[] = [];
  for await (const record of shop.catalog()) items.push(record);
  for (let at = 0; at < items.length; at += CHUNK) await sender.send(items.slice(at, at + CHUNK));
  await producer.close();
};

/** The next `events` events into the log, with the shop's own clock. */
export const fillEvents = async (
  context: BenchContext,
  { kafka, registry }: OwnServers,
  records: Iterator<DatasetRecord>,
  events: number,
): Promise<void> => {
  const producer = await kafka.createProducer();
  const sender = await createEventSender({ producer, registry, ownClock: true });
  const progress = context.progress('filling the log', events, 'events');
  let sending = Promise.resolve();
  for (let sent = 0; sent < events; ) {
    const chunk = takeEvents(records, Math.min(CHUNK, events - sent));
    await sending; // a chunk is made while the one before it is written
    sending = sender.send(chunk);
    sent += chunk.length;
    if (sent % SHOWN === 0) progress.at(sent);
  }
  await sending;
  progress.done();
  await producer.close();
};

/** The next events; changes of the catalogue are left out, so that the number of records is known. */
export const takeEvents = (records: Iterator<DatasetRecord>, wanted: number): DatasetRecord[] => {
  const taken: DatasetRecord[] = [];
  while (taken.length < wanted) {
    const next = records.next();
    if (next.done === true) throw new Error('the shop ended before it had made all events');
    if (next.value.topic === 'events') taken.push(next.value);
  }
  return taken;
};

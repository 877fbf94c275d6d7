import { createEventSender } from '@nextcart/cli';
import type { DatasetRecord, Shop } from '@nextcart/datasets';
import type { BenchContext } from '../harness/bench.ts';
import type { OwnServers } from '../harness/own-servers.ts';

const CHUNK = 2000;
const SHOWN = 20_000;

/** Puts the catalogue and the first `events` events of the shop into the log, with the shop's own clock. */
export const fillTopic = async (
  context: BenchContext,
  servers: OwnServers,
  shop: Shop,
  records: Iterator<DatasetRecord>,
  events: number,
): Promise<void> => {
  const { kafka, registry } = servers;
  const producer = await kafka.createProducer();
  const sender = await createEventSender({ producer, registry, ownClock: true });
  const catalogue: DatasetRecord[] = [];
  for await (const record of shop.catalog()) catalogue.push(record);
  for (let at = 0; at < catalogue.length; at += CHUNK) await sender.send(catalogue.slice(at, at + CHUNK));

  const progress = context.progress('filling the log', events, 'events');
  let sending = Promise.resolve();
  for (let sent = 0; sent < events; ) {
    const chunk = takeEvents(records, Math.min(CHUNK, events - sent));
    await sending; // one chunk is made while the one before it is written
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

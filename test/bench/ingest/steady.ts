import { setTimeout as sleep } from 'node:timers/promises';
import { createEventSender } from '@nextcart/cli';
import type { DatasetRecord } from '@nextcart/datasets';
import { systemClock } from '@nextcart/runtime';
import type { BenchContext } from '../harness/bench.ts';
import { startCpuMeter } from '../harness/cpu.ts';
import type { OwnServers, ServiceProcess } from '../harness/own-servers.ts';
import { takeEvents } from './fill-topic.ts';

const EVENTS_PER_S = 1000;
const EVERY_MS = 20;
const WARM_UP_S = 5;

/** CPU µs an event of the services and ClickHouse at a steady 1,000 events/s: what a small shop pays. */
export const measureSteady = async (
  context: BenchContext,
  servers: OwnServers,
  services: readonly ServiceProcess[],
  records: Iterator<DatasetRecord>,
  seconds: number,
): Promise<{ readonly microsPerEvent: number; readonly sent: number }> => {
  const producer = await servers.kafka.createProducer();
  const sender = await createEventSender({ producer, registry: servers.registry, ownClock: true });
  const progress = context.progress('1,000 events/s', (WARM_UP_S + seconds) * EVENTS_PER_S, 'events');
  const pids = Object.fromEntries(services.map(({ name, pid }) => [name, pid]));
  const startedAt = systemClock.monotonic();
  let sent = 0;
  const sendUntil = async (endS: number): Promise<void> => {
    while (sent < endS * EVENTS_PER_S) {
      const due = Math.floor(((systemClock.monotonic() - startedAt) / 1000) * EVENTS_PER_S);
      if (due > sent) {
        await sender.send(takeEvents(records, due - sent));
        sent = due;
      }
      progress.at(sent);
      await sleep(EVERY_MS);
    }
  };
  await sendUntil(WARM_UP_S);
  const meter = startCpuMeter({ ...pids, clickhouse: servers.pid('clickhouse') });
  const before = sent;
  await sendUntil(WARM_UP_S + seconds);
  const used = Object.values(meter()).reduce((sum, micros) => sum + micros, 0);
  progress.done();
  await producer.close();
  return { microsPerEvent: used / (sent - before), sent };
};

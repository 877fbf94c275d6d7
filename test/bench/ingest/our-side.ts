import { groups } from '@nextcart/contracts';
import { systemClock } from '@nextcart/runtime';
import { Kafka as Kafkajs } from 'kafkajs';
import type { BenchContext, Metrics } from '../harness/bench.ts';
import { cpuMicros, peakResidentBytes, startCpuMeter } from '../harness/cpu.ts';
import type { OwnServers, ServiceProcess } from '../harness/own-servers.ts';
import { emptyDatabase, waitForMerges, waitForRows } from './database.ts';

const SERVICES = ['ingest', 'features'] as const;
type StartCosts = Readonly<Record<string, number>>;

/** CPU µs that each service has used when it is ready and has nothing to read: what starting costs, not an event. */
export const measureStarts = async (servers: OwnServers): Promise<StartCosts> => {
  const costs: Record<string, number> = {};
  for (const name of SERVICES) {
    const service = await servers.startService(name);
    costs[name] = cpuMicros(service.pid);
    await service.stop();
  }
  return costs;
};

export interface OurRun {
  readonly metrics: Metrics;
  /** Still running, at the end of the log. */
  readonly services: readonly ServiceProcess[];
}

/** From empty tables and without offsets until every record has its row and nothing is left to merge. */
export const measureOurs = async (
  context: BenchContext,
  servers: OwnServers,
  events: number,
  starts: StartCosts,
): Promise<OurRun> => {
  const store = await emptyDatabase(servers, 'nextcart');
  await forgetOffsets(servers);
  const meter = startCpuMeter({ clickhouse: servers.pid('clickhouse'), broker: servers.pid('kafka') });
  const services: ServiceProcess[] = [];
  for (const name of SERVICES) services.push(await servers.startService(name));
  const startedAt = systemClock.monotonic();
  await waitForRows(context, store, 'nextcart', events);
  const seconds = (systemClock.monotonic() - startedAt) / 1000;
  await waitForMerges(store);
  const { broker = 0, clickhouse = 0 } = meter();
  const metrics: Record<string, number> = {};
  let total = clickhouse;
  for (const { name, pid } of services) {
    const used = cpuMicros(pid) - (starts[name] ?? 0);
    metrics[`${name}.cpu_us_per_event`] = used / events;
    metrics[`${name}.peak_mib`] = peakResidentBytes(pid) / 1024 ** 2;
    total += used;
  }
  metrics['clickhouse.cpu_us_per_event'] = clickhouse / events;
  metrics['broker.cpu_us_per_event'] = broker / events;
  await store.close();
  return { metrics: { cpu_us_per_event: total / events, events_per_s: events / seconds, ...metrics }, services };
};

/** So that the services begin at the start of the log. The groups must have no members. */
const forgetOffsets = async (servers: OwnServers): Promise<void> => {
  const admin = new Kafkajs({ brokers: servers.stack.urls.kafkaBrokers.split(','), logLevel: 0 }).admin();
  await admin.connect();
  const known = new Set((await admin.listGroups()).groups.map(({ groupId }) => groupId));
  const ours = Object.values(groups).filter((name) => known.has(name));
  if (ours.length > 0) await admin.deleteGroups(ours);
  await admin.disconnect();
};

import { topics } from '@nextcart/contracts';
import { systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import type { BenchContext, Metrics } from '../harness/bench.ts';
import { startCpuMeter } from '../harness/cpu.ts';
import type { OwnServers } from '../harness/own-servers.ts';
import { emptyDatabase, waitForMerges, waitForRows } from './database.ts';
import { ENGINE_BLOCKS, type EngineSetting, engineSettings, startEngine, stopEngine } from './engine-tables.ts';

const DATABASE = 'engine';

/** The engine with each setting; its figure is that of the cheapest. */
export const measureEngine = async (context: BenchContext, servers: OwnServers, events: number): Promise<Metrics> => {
  const metrics: Record<string, number> = {};
  let best = Number.POSITIVE_INFINITY;
  let rate = 0;
  for (const setting of engineSettings) {
    const run = await measureSetting(context, servers, events, setting);
    context.log(
      `  engine with ${setting.name}: ${run.micros.toFixed(2)} µs an event, ${run.rowsPerBlock.toFixed(0)} rows a block`,
    );
    metrics[`engine.${setting.key}.cpu_us_per_event`] = run.micros;
    metrics[`engine.${setting.key}.rows_per_block`] = run.rowsPerBlock;
    rate = Math.max(rate, run.rate);
    best = Math.min(best, run.micros);
  }
  return { engine_cpu_us_per_event: best, engine_events_per_s: rate, ...metrics };
};

const measureSetting = async (
  context: BenchContext,
  servers: OwnServers,
  events: number,
  setting: EngineSetting,
): Promise<{ micros: number; rate: number; rowsPerBlock: number }> => {
  const store = await emptyDatabase(servers, DATABASE);
  const { topicId } = await servers.kafka.admin.topic(topics.events.name);
  const meter = startCpuMeter({ clickhouse: servers.pid('clickhouse') });
  const startedAt = systemClock.monotonic();
  for (const statement of startEngine(servers.stack.urls, topicId, uniqueName('engine'), setting))
    await store.command(statement);
  await waitForRows(context, store, `ClickHouse's Kafka engine, ${setting.name}`, events);
  const seconds = (systemClock.monotonic() - startedAt) / 1000;
  await waitForMerges(store);
  const { clickhouse = 0 } = meter();
  const [row] = await store.query<{ blocks: number }>(ENGINE_BLOCKS);
  for (const statement of stopEngine) await store.command(statement);
  await store.command('TRUNCATE TABLE events');
  await store.close();
  return { micros: clickhouse / events, rate: events / seconds, rowsPerBlock: events / (row?.blocks ?? 1) };
};

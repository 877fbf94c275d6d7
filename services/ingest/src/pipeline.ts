import type { Assignment, Kafka, PartitionOffsets } from '@nextcart/kafka';
import type { Clock, Health, HealthCheck, WaitingDeps } from '@nextcart/runtime';
import type { DeadLetters } from './dead-letters.ts';
import type { FaultPoint } from './fault-point.ts';
import type { IngestMetrics } from './ingest-metrics.ts';
import type { Lander } from './lander.ts';
import { type BatchLimits, openPartition, type PartitionView } from './partition.ts';
import type { RecordSink } from './record-sink.ts';
import { createStallWatch } from './stall-watch.ts';

/** One topic into one table: a consumer group, its partitions, and what health and metrics say of them. */
export interface PipelineDeps {
  readonly name: string;
  readonly topic: string;
  readonly group: string;
  readonly kafka: Kafka;
  readonly sink: RecordSink;
  readonly deadLetters: DeadLetters;
  readonly retry: WaitingDeps;
  readonly clock: Clock;
  readonly metrics: IngestMetrics;
  readonly health: Health;
  readonly limits: BatchLimits;
  readonly stallMs: number;
  readonly sessionTimeoutMs: number | undefined;
  readonly faultPoint: FaultPoint;
  createLander(assignment: Assignment): Lander;
}

/** Ends of the log are asked this often: twice within the shortest stall that is looked for. */
const LOOK_MS = 5000;
/** A consumer whose loop did nothing for so long is stuck: a fetch answers after at most some seconds. */
const IDLE_LOOP_MS = 60_000;

export const openPipeline = async (deps: PipelineDeps): Promise<{ close(): Promise<void> }> => {
  const { name, topic, kafka, retry, clock, metrics } = deps;
  const views = new Map<number, PartitionView>();
  const watch = createStallWatch(deps.stallMs);
  const closing = new AbortController();

  const consumer = await kafka.consume({
    groupId: deps.group,
    topic,
    fetch: 'bulk', // rows wait for company anyhow
    ...(deps.sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs: deps.sessionTimeoutMs }),
    onAssigned: async (assignment) => {
      const { partition } = assignment;
      const { handler, view } = await openPartition({ ...deps, assignment, lander: deps.createLander(assignment) });
      views.set(partition, view);
      retry.log.info({ topic, partition, from: handler.startOffset }, 'partition_opened');
      return {
        ...handler,
        release: async (lost) => {
          await handler.release(lost);
          if (views.get(partition) === view) views.delete(partition);
          metrics.forget(topic, partition);
          retry.log.info({ topic, partition, lost, inserted: view.inserted() }, 'partition_released');
        },
      };
    },
  });

  const look = async (): Promise<void> => {
    let ends: readonly PartitionOffsets[] = [];
    try {
      ends = await kafka.admin.offsets(topic);
    } catch (error) {
      retry.log.debug({ err: error, topic }, 'ends_not_known');
    }
    const owned = consumer.owned();
    watch.keep(owned);
    for (const partition of owned) {
      const view = views.get(partition);
      const end = ends.find((offsets) => offsets.partition === partition)?.end ?? null;
      watch.see(partition, view?.inserted() ?? -1, end, clock.monotonic());
      metrics.lag(topic, partition, view === undefined || end === null ? Number.NaN : end - view.inserted());
      for (const [source, time] of Object.entries(view?.watermarks() ?? {}))
        metrics.watermark(topic, partition, source, time);
    }
  };
  const keepLooking = async (): Promise<void> => {
    for (;;) {
      await look();
      await clock.sleep(Math.min(LOOK_MS, deps.stallMs / 3), closing.signal);
    }
  };
  void keepLooking().catch(() => {}); // the sleep's own end

  const check = (): HealthCheck => {
    const stalled = [...watch.stalled(clock.monotonic())].map(
      ([partition, quietMs]) => `partition ${partition} has not advanced for ${Math.round(quietMs / 1000)} s`,
    );
    const troubles = [
      consumer.trouble(),
      consumer.idleMs() > IDLE_LOOP_MS ? `the consumer's loop stands still` : null,
      retry.waiting.text(),
      ...[...views].map(([partition, view]) => (view.trouble() === null ? null : `${partition}: ${view.trouble()}`)),
      ...stalled,
    ].filter((text) => text !== null);
    if (troubles.length > 0) return { ok: false, detail: troubles.join('; ') };
    return { ok: true, detail: `${topic}: partitions ${consumer.owned().join(', ') || 'none'}` };
  };
  deps.health.add(name, check);

  return {
    close: async () => {
      closing.abort();
      await consumer.close();
      deps.health.add(name, () => ({ ok: false, detail: `${topic}: closed` }));
    },
  };
};

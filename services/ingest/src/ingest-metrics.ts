import { outcomes } from '@nextcart/contracts';
import type { Metrics } from '@nextcart/runtime';
import type { Quarantined } from './batch.ts';

/** What ingest tells of itself; one set per process, shared by its pipelines. */
export interface IngestMetrics {
  /** Rows that are in, by outcome in the order of contracts' `outcomes`. */
  landed(topic: string, counts: readonly number[]): void;
  batch(topic: string, rows: number, seconds: number): void;
  deadLetters(topic: string, letters: readonly Pick<Quarantined, 'reason'>[]): void;
  /** NaN where it is unknown. */
  lag(topic: string, partition: number, records: number): void;
  watermark(topic: string, partition: number, source: string, timeMs: number): void;
  /** A partition that is no longer ours must not go on telling its last lag. */
  forget(topic: string, partition: number): void;
}

export const createIngestMetrics = (metrics: Metrics): IngestMetrics => {
  const records = metrics.counter(
    'records_total',
    'Records that are in ClickHouse, by what became of them; a jump of quarantined means a broken producer',
    ['topic', 'outcome'],
  );
  const rows = metrics.histogram(
    'batch_rows',
    'Rows of one insert; steadily at the limit means ingest is behind',
    [10, 100, 1000, 10_000, 50_000, 100_000, 250_000],
    'topic',
  );
  const seconds = metrics.histogram(
    'batch_seconds',
    'From plan to insert of one batch; seconds here mean ClickHouse is slow or away',
    [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
    'topic',
  );
  const letters = metrics.counter(
    'dead_letters_total',
    'Records written to the dead-letter topic, by reason; see `nextcart dead-letters`',
    ['topic', 'reason'],
  );
  const lag = metrics.gauge(
    'lag_records',
    'Records of the log that are not in ClickHouse; NaN is unknown, and as bad as much',
    ['topic', 'partition'],
  );
  const watermark = metrics.gauge(
    'watermark_seconds',
    'Newest event time in ClickHouse, epoch seconds; standing still while lag grows is a stall',
    ['topic', 'partition', 'source'],
  );
  const sources = new Map<string, Set<string>>();
  return {
    landed: (topic, counts) =>
      outcomes.forEach((outcome, i) => {
        if ((counts[i] ?? 0) > 0) records.inc({ topic, outcome }, counts[i]);
      }),
    batch: (topic, count, duration) => {
      rows.of(topic).observe(count);
      seconds.of(topic).observe(duration);
    },
    deadLetters: (topic, list) => list.forEach(({ reason }) => letters.inc({ topic, reason })),
    lag: (topic, partition, count) => lag.set({ topic, partition }, count),
    watermark: (topic, partition, source, timeMs) => {
      const key = `${topic}/${partition}`;
      const known = sources.get(key) ?? new Set();
      sources.set(key, known.add(source));
      watermark.set({ topic, partition, source }, timeMs / 1000);
    },
    forget: (topic, partition) => {
      lag.remove({ topic, partition });
      const key = `${topic}/${partition}`;
      for (const source of sources.get(key) ?? []) watermark.remove({ topic, partition, source });
      sources.delete(key);
    },
  };
};

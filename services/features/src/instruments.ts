import type { Metrics } from '@nextcart/runtime';

const SECONDS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];

/** nextcart_features_*: help texts speak to the person on call. */
export const createInstruments = (metrics: Metrics) => ({
  watermark: metrics.gauge(
    'watermark_seconds',
    'Event time up to which windows are made, epoch seconds; a stall shows as a flat line',
  ),
  behind: metrics.gauge(
    'store_lag_records',
    'Records that the broker has and the store lacks, by partition of the events; NaN where the broker does not answer',
    ['partition'],
  ),
  round: metrics.histogram('round_seconds', 'One look at the shop with what was due', SECONDS),
  failures: metrics.counter('round_failures_total', 'Rounds that stopped at an error; the log says which'),
  making: metrics.histogram('snapshot_seconds', 'Making and saving one snapshot', SECONDS, 'kind'),
  made: metrics.counter('snapshots_total', 'Snapshots made, by whether their content was new', ['kind', 'content']),
  size: metrics.gauge('snapshot_bytes', 'Size of the snapshot in force', ['kind']),
});
export type Instruments = ReturnType<typeof createInstruments>;

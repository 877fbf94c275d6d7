/** A process that reads a data set and makes what a model learns from, as a training's does, and tells what it held at most. */
import { clickhouseConnection, createStore } from '@nextcart/clickhouse';
import type { LogSlice, ModelKind } from '@nextcart/contracts';
import { createLogger, systemClock } from '@nextcart/runtime';
import { readDataSet, readEnv, readTrainingSettings, sidesOf, toBags, toSequences } from '@nextcart/trainer';

export interface ReadArgument {
  readonly url: string;
  readonly topicId: string;
  readonly ranges: readonly LogSlice[];
  readonly kind: ModelKind;
}
/** Bytes are resident ones. */
export interface ReadAnswer {
  readonly events: number;
  readonly subjects: number;
  readonly entries: number;
  /** Before the first page. */
  readonly startBytes: number;
  readonly peakBytes: number;
  readonly seconds: number;
}

const residentBytes = () => 1024 * process.resourceUsage().maxRSS;

const { url, topicId, ranges, kind } = JSON.parse(process.argv[2] as string) as ReadArgument;
const connection = clickhouseConnection({ CLICKHOUSE_URL: url });
const store = createStore({ ...connection, log: createLogger('reader', 'fatal'), clock: systemClock });
const settings = readTrainingSettings(
  readEnv({
    ...{ CLICKHOUSE_URL: url, KAFKA_BROKERS: 'none:1', SCHEMA_REGISTRY_URL: 'http://none' },
    ...{ REDIS_URL: 'redis://none', TRAINER_DATA_DIR: '.' },
  }).TRAINER_SETTINGS_FILE,
);
await store.query('SELECT 1 AS one');
const startBytes = residentBytes();
const begunAt = systemClock.monotonic();
const data = await readDataSet(store, { topicId, ranges }, settings);
const entries =
  kind === 'recurrent'
    ? toSequences(data, settings).events.items.length
    : toBags(data, settings, sidesOf(settings)).targets.columns.length;
const answer: ReadAnswer = {
  ...{ events: data.items.length, subjects: data.rowStart.length - 1, entries, startBytes },
  ...{ peakBytes: residentBytes(), seconds: (systemClock.monotonic() - begunAt) / 1000 },
};
await store.close();
process.stdout.write(JSON.stringify(answer));

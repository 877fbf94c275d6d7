import type { LogRecord, SnapshotPayloads } from '@nextcart/contracts';
import {
  type CatalogLookup,
  type Cleaner,
  createCleaner,
  createVerdict,
  type Rates,
  type SchemaVersions,
} from '@nextcart/events';
import type { Lander } from './lander.ts';
import { newestTimes } from './newest-times.ts';
import type { CleanerMemory } from './record-sink.ts';
import type { RowBuffer } from './row-buffer.ts';
import { createEventRowWriter, type EventRowWriter } from './write-event-row.ts';

/**
 * Behaviour events (law 4). The cleaner is restored from kept rows below the first offset and from the watermarks of
 * the plan, so a batch that is judged again after a crash gets the verdicts that it had.
 */
export interface EventLanderDeps {
  readonly topicId: string;
  readonly partition: number;
  readonly versions: SchemaVersions;
  lookup(schemaId: number): Promise<string | null>;
  readonly catalog: CatalogLookup & { positionText(): string };
  readonly rates: Rates;
  readonly memory: CleanerMemory;
  /** The newest cleaning snapshot, or null before the first. */
  cleaning(): { readonly hash: string; readonly payload: SnapshotPayloads['cleaning'] } | null;
}

export const createEventLander = (deps: EventLanderDeps): Lander => {
  const { topicId, partition, versions, catalog, rates, memory } = deps;
  const cleaner: Cleaner = createCleaner({ partition, versions, catalog, rates });
  const verdict = createVerdict();
  let inForce: string | null = null;
  let writer: { readonly rows: RowBuffer; readonly to: EventRowWriter } | undefined;
  const writerOf = (rows: RowBuffer): EventRowWriter => {
    if (writer?.rows !== rows) writer = { rows, to: createEventRowWriter(topicId, partition, rows) };
    return writer.to;
  };

  return {
    prepare: (records) => versions.resolve(records, deps.lookup),
    restore: async (at, planned, healed) => {
      const below = { topicId, partition, first: Math.max(0, at - cleaner.dedupeWindow), last: at - 1 };
      // without a plan: the newest times of all that is in, which is what the watermarks were
      const from = planned === null ? 0 : (healed ?? at);
      const [ids, times] = await Promise.all([
        at === 0 ? { eventIds: [], offsets: [] } : memory.ids(below),
        from < at ? memory.sourceTimes({ ...below, first: from }) : new Map<string, number>(),
      ]);
      const payload = planned?.cleaning == null ? null : await memory.cleaning(planned.cleaning);
      // one that is kept no longer is no harm: nothing that it judged is in the store
      inForce = payload === null ? null : (planned?.cleaning ?? null);
      cleaner.restore({ ...ids, watermarks: newestTimes(planned?.watermarks ?? {}, times) });
      cleaner.useCleaning(payload);
    },
    beginBatch: (recovered) => {
      const snapshot = deps.cleaning();
      if (!recovered && snapshot !== null && snapshot.hash !== inForce) {
        cleaner.useCleaning(snapshot.payload);
        inForce = snapshot.hash;
      }
      return { watermarks: cleaner.watermarks(), cleaning: inForce, catalog: catalog.positionText() };
    },
    land: (record, receivedAt, rows, out) => {
      cleaner.judge(record, verdict);
      writerOf(rows).write(record, verdict, receivedAt);
      out.outcome = verdict.outcome;
      out.reason = verdict.reason;
      out.fieldPath = verdict.fieldPath;
      out.schemaId = verdict.schemaId;
      out.source = verdict.source;
      out.keptTime =
        verdict.outcome === 'accepted' || verdict.outcome === 'late' ? verdict.event.eventTime : Number.NaN;
    },
    writeRefused: (record: LogRecord, { schemaId, source }, receivedAt, rows) =>
      writerOf(rows).writeQuarantined(record, { reason: 'store_refused', fieldPath: '', schemaId, source }, receivedAt),
  };
};

import {
  flags,
  isPacked,
  type LogRecord,
  NextcartError,
  type ReasonCode,
  type SnapshotPayloads,
  WIRE_HEADER_BYTES,
  wireSchemaId,
} from '@nextcart/contracts';
import type { CatalogLookup } from './catalog-state.ts';
import { checkEvent } from './check-event.ts';
import { enrichEvent } from './enrich-event.ts';
import { type EventFields, eventFields } from './event-view.ts';
import { createIdWindow } from './id-window.ts';
import { MAX_VALUE_BYTES } from './limits.ts';
import type { Rates } from './rates.ts';
import { createRecordOrigin } from './record-origin.ts';
import type { SchemaVersions } from './schema-versions.ts';
import { createSpreads } from './spreads.ts';
import { clearVerdict, type Verdict } from './verdict.ts';
import { createWatermarks } from './watermarks.ts';

/**
 * Law 4: cleaning is decided once, from what came before. A verdict is a function of the state restored at the first
 * offset, the records since, the cleaning snapshot and the catalogue; it reads no clock and asks nobody.
 *
 * Checks, in this order; the first that fails is the reason:
 *  1. empty_value: no value            2. too_large: the value       3. not_avro: no wire header
 *  4. unknown_schema, wrong_schema     5. the walk: bad_datum, bad_utf8, bad_event_id, too_large (a text)
 *  6. checkEvent: impossible_time, future_time, missing_subject, missing_query/missing_item, bad_quantity, bad_amount
 *  7. duplicate of a kept record in the window
 *  8. late: behind its source's watermark by more than the allowance
 * What passes 1–7 is kept: its id enters the window, its time the watermark.
 */
export interface Cleaner {
  /** Judges the partition's next record. Throws NextcartError 'internal' where its schema id was not resolved or its offset is not above the last. */
  judge(record: LogRecord, out: Verdict): void;
  /** From the next record on; a batch is judged by one snapshot, which its plan names. */
  useCleaning(payload: SnapshotPayloads['cleaning'] | null): void;
  /** State at the first offset to judge: ids of kept records of the `dedupeWindow` offsets before it, ascending. */
  restore(state: RestoredState): void;
  watermarks(): Record<string, number>;
  readonly dedupeWindow: number;
  /** Memory of the window of de-duplication. */
  readonly sizeBytes: number;
}

export interface RestoredState {
  readonly watermarks?: Readonly<Record<string, number>>;
  readonly eventIds?: readonly string[];
  readonly offsets?: ArrayLike<number>;
}

export interface CleanerOptions {
  readonly partition: number;
  readonly versions: SchemaVersions;
  readonly catalog: CatalogLookup;
  readonly rates: Rates;
  readonly cleaning?: SnapshotPayloads['cleaning'] | null;
  readonly dedupeWindow?: number;
  readonly latenessMs?: number;
  readonly futureAllowanceMs?: number;
  readonly maxValueBytes?: number;
}

/** 17 minutes of one partition at 250 events/s, in 10.5 MB; a producer's own repeats come within seconds. */
export const DEDUPE_WINDOW = 262_144;
export const LATENESS_MS = 10 * 60 * 1000;
/** A phone's clock may be that wrong. */
export const FUTURE_ALLOWANCE_MS = 5 * 60 * 1000;

/** Whether the record's key is its subject, byte for byte. */
const isOwnKey = (record: LogRecord, { event, subjectField }: Verdict): boolean => {
  const packed = isPacked(record);
  const key = packed ? record.block : record.key;
  const from = packed ? record.keyStart : 0;
  if (key === null || from < 0) return false;
  const { starts, ends, bytes } = event.datum;
  const start = starts[subjectField] as number;
  const size = (ends[subjectField] as number) - start;
  if ((packed ? record.keyEnd - from : key.length) !== size) return false;
  for (let i = 0; i < size; i += 1) if (key[from + i] !== bytes[start + i]) return false;
  return true;
};

/** The datum of the value bytes[start, end) in the newest schema, walked into the verdict's view; false with the reason set. */
const readDatum = (versions: SchemaVersions, bytes: Buffer, start: number, end: number, out: Verdict): boolean => {
  const version = versions.of(wireSchemaId(bytes, start, end));
  const refuse = (reason: ReasonCode | '', path: string): false => {
    out.reason = reason === '' ? 'bad_datum' : reason;
    out.fieldPath = path;
    return false;
  };
  out.bytes = bytes;
  out.datumStart = start + WIRE_HEADER_BYTES;
  out.datumEnd = end;
  if (version === undefined)
    throw new NextcartError('internal', 'a schema id was judged before the registry was asked: call versions.resolve', {
      retry: false,
      context: { schemaId: out.schemaId },
    });
  switch (version.kind) {
    case 'current':
      break;
    case 'other':
      if (!version.walker.walk(bytes, out.datumStart, end, version.view))
        return refuse(version.walker.fault, version.walker.path);
      try {
        out.bytes = version.transcode(bytes.subarray(out.datumStart, end));
      } catch {
        return refuse('bad_datum', '');
      }
      out.datumStart = 0;
      out.datumEnd = out.bytes.length;
      out.flags |= flags.oldSchema;
      break;
    case 'wrong':
      return refuse('wrong_schema', '');
    case 'unknown':
      return refuse('unknown_schema', '');
    default:
      return version satisfies never;
  }
  const { walker } = versions;
  return walker.walk(out.bytes, out.datumStart, out.datumEnd, out.event.datum) || refuse(walker.fault, walker.path);
};

export const createCleaner = (options: CleanerOptions): Cleaner => {
  const { partition, versions, catalog, rates } = options;
  const dedupeWindow = options.dedupeWindow ?? DEDUPE_WINDOW;
  const latenessMs = options.latenessMs ?? LATENESS_MS;
  const futureAllowanceMs = options.futureAllowanceMs ?? FUTURE_ALLOWANCE_MS;
  const maxValueBytes = options.maxValueBytes ?? MAX_VALUE_BYTES;
  const fields: EventFields = eventFields();
  const ids = createIdWindow(dedupeWindow);
  const watermarks = createWatermarks();
  const origin = createRecordOrigin();
  let spreads = createSpreads(options.cleaning ?? null);
  let next = 0;

  /** Checks 1 to 6; true where the event is whole. */
  const isWhole = (record: LogRecord, out: Verdict): boolean => {
    const packed = isPacked(record);
    const bytes = packed ? record.block : record.value;
    const start = packed ? record.valueStart : 0;
    const end = packed ? record.valueEnd : (bytes?.length ?? 0);
    if (bytes === null || start < 0 || start === end) out.reason = 'empty_value';
    else if (end - start > maxValueBytes) out.reason = 'too_large';
    else {
      const id = wireSchemaId(bytes, start, end);
      if (id >= 0) {
        out.schemaId = id | 0;
        return readDatum(versions, bytes, start, end, out) && checkEvent(fields, futureAllowanceMs, out);
      }
      out.reason = 'not_avro';
    }
    return false;
  };

  return {
    dedupeWindow,
    sizeBytes: ids.sizeBytes,
    judge: (record, out) => {
      const { offset } = record;
      if (offset < next)
        throw new NextcartError('internal', 'an offset was judged twice: restore the cleaner before going back', {
          retry: false,
          context: { partition, offset, next },
        });
      next = offset + 1;
      clearVerdict(out);
      origin.read(record);
      out.source = origin.source;
      out.shopClock = origin.shopClock;
      if (!isWhole(record, out)) {
        out.bytes = record.value ?? out.bytes;
        out.datumStart = 0;
        out.datumEnd = 0;
        out.subjectField = -1;
        return;
      }
      if (!isOwnKey(record, out)) out.flags |= flags.wrongKey;
      ids.evictBelow(offset - dedupeWindow);
      if (!ids.add(out.event.datum.uuid, offset)) {
        out.outcome = 'duplicate';
        return;
      }
      const time = out.event.eventTime;
      out.outcome = time < watermarks.of(out.source) - latenessMs ? 'late' : 'accepted';
      watermarks.advance(out.source, time);
      enrichEvent(fields, out, catalog, rates, spreads);
    },
    useCleaning: (payload) => {
      spreads = createSpreads(payload);
    },
    restore: (state) => {
      watermarks.restore(state.watermarks ?? {});
      ids.restore(state.eventIds ?? [], state.offsets ?? []);
      next = 0;
    },
    watermarks: () => watermarks.toJSON(),
  };
};

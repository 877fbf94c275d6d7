import { type LogRecord, outcomes } from '@nextcart/contracts';
import { emptyEventDatum, type Verdict } from '@nextcart/events';
import { createLong, createText, MAX_LONG_BYTES, type RowBuffer } from './row-buffer.ts';

/**
 * A row of `events`: the fields of contracts' landing prefix in their order, then the event's datum as it came (law 3).
 * A test reads what is written here with avsc under the landing schema.
 */
const OUTCOME_BYTE: Readonly<Record<string, number>> = Object.fromEntries(outcomes.map((name, i) => [name, 2 * i]));
/** Numbers, single bytes and two amounts; texts make their own room. */
const FIXED_BYTES = 6 * MAX_LONG_BYTES + 64;
const NOTHING = Buffer.alloc(0);

export interface EventRowWriter {
  write(record: LogRecord, verdict: Verdict, receivedAt: number): void;
  /** The row of a record that the store refused: constant datum, the bytes as they came. */
  writeQuarantined(record: LogRecord, verdict: Quarantine, receivedAt: number): void;
}

export interface Quarantine {
  readonly reason: string;
  readonly fieldPath: string;
  readonly schemaId: number;
  readonly source: string;
}

/** The first two fields, which all rows of a partition share. */
export const rowHead = (topicId: string, partition: number): Buffer => {
  const id = Buffer.from(topicId);
  return Buffer.concat([createLong(id.length), id, createLong(partition)]);
};

export const createEventRowWriter = (topicId: string, partition: number, rows: RowBuffer): EventRowWriter => {
  const head = rowHead(topicId, partition);
  const empty = emptyEventDatum();

  /** Append time, receipt and source as they were written last: records of one batch of the log share all three. */
  let stamp: Buffer = NOTHING;
  let stampAppended = Number.NaN;
  let stampReceived = Number.NaN;
  let stampSource = '';
  const stampOf = (appendedAt: number, receivedAt: number, source: string): Buffer => {
    if (appendedAt === stampAppended && receivedAt === stampReceived && source === stampSource) return stamp;
    stamp = Buffer.concat([createLong(appendedAt), createLong(receivedAt), createText(source)]);
    stampAppended = appendedAt;
    stampReceived = receivedAt;
    stampSource = source;
    return stamp;
  };

  const start = (record: LogRecord, source: string, receivedAt: number): void => {
    const shared = stampOf(record.appendedAt, receivedAt, source);
    rows.reserve(head.length + shared.length + FIXED_BYTES);
    rows.raw(head);
    rows.long(record.offset);
    rows.raw(shared);
  };
  const writeQuarantined: EventRowWriter['writeQuarantined'] = (record, verdict, receivedAt) => {
    start(record, verdict.source, receivedAt);
    rows.byte(OUTCOME_BYTE['quarantined'] as number);
    rows.text(verdict.reason);
    rows.text(verdict.fieldPath);
    rows.bytes(record.value ?? NOTHING);
    rows.reserve(FIXED_BYTES);
    rows.long(verdict.schemaId);
    rows.long(0); // flags
    rows.byte(0); // category
    rows.byte(0); // brand
    rows.money(null); // line amount
    rows.byte(0); // line currency
    rows.money(null); // base amount
    rows.copy(empty, 0, empty.length);
    rows.endRow();
  };
  return {
    writeQuarantined,
    write: (record, verdict, receivedAt) => {
      if (verdict.outcome === 'quarantined') return writeQuarantined(record, verdict, receivedAt);
      start(record, verdict.source, receivedAt);
      rows.byte(OUTCOME_BYTE[verdict.outcome] as number);
      rows.byte(0); // reason
      rows.byte(0); // field path
      rows.byte(0); // raw
      rows.long(verdict.schemaId);
      rows.long(verdict.flags);
      rows.text(verdict.category);
      rows.text(verdict.brand);
      rows.reserve(FIXED_BYTES);
      rows.money(verdict.lineUnits);
      rows.text(verdict.lineCurrency);
      rows.reserve(FIXED_BYTES);
      rows.money(verdict.baseUnits);
      rows.copy(verdict.bytes, verdict.datumStart, verdict.datumEnd);
      rows.endRow();
    },
  };
};

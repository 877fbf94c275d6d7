import { type LogRecord, outcomes, type ReasonCode } from '@nextcart/contracts';
import { MAX_LONG_BYTES, type RowBuffer } from './row-buffer.ts';
import { rowHead } from './write-event-row.ts';

/**
 * A row of `catalog` or `lists`: packages/clickhouse's prefix, then the record's datum in the newest schema (law 3), a list's
 * trimmed. Good until the next record is judged.
 */
export interface RecordVerdict {
  readonly outcome: 'accepted' | 'quarantined';
  readonly reason: ReasonCode | '';
  readonly fieldPath: string;
  readonly schemaId: number;
  readonly deleted: boolean;
  /** In the newest schema; of a tombstone or a quarantined record, a constant one. */
  readonly datum: Buffer;
  readonly datumStart: number;
}

const FIXED_BYTES = 4 * MAX_LONG_BYTES + 16;
const NOTHING = Buffer.alloc(0);

/** Writes one row of the partition that `rowHead` made `head` of. */
export const writeRecordRow = (
  rows: RowBuffer,
  head: Buffer,
  record: LogRecord,
  verdict: RecordVerdict,
  receivedAt: number,
): void => {
  const quarantined = verdict.outcome === 'quarantined';
  rows.reserve(head.length + FIXED_BYTES);
  rows.raw(head);
  rows.long(record.offset);
  rows.long(record.appendedAt);
  rows.long(receivedAt);
  rows.byte(2 * outcomes.indexOf(verdict.outcome));
  rows.text(verdict.reason);
  rows.text(verdict.fieldPath);
  rows.bytes(quarantined ? (record.value ?? NOTHING) : NOTHING);
  rows.reserve(FIXED_BYTES);
  rows.long(verdict.schemaId);
  rows.byte(verdict.deleted ? 1 : 0);
  rows.copy(verdict.datum, verdict.datumStart, verdict.datum.length);
  rows.endRow();
};

export { rowHead };

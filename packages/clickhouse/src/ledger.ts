import type { Outcome, ReasonCode } from '@nextcart/contracts';
import type { RecordTable } from './record-ranges.ts';
import type { Store } from './store.ts';

export interface LedgerRow {
  readonly partition: number;
  readonly outcome: Outcome;
  /** Empty unless quarantined. */
  readonly reason: ReasonCode | '';
  readonly rows: number;
  /** Rows less distinct positions: above zero a record is in the table twice. */
  readonly doubled: number;
}

/** What became of a topic's records, to be compared with the broker's own count (law 1). */
export const readLedger = (
  store: Store,
  options: { readonly table: RecordTable; readonly topicId: string },
): Promise<LedgerRow[]> =>
  store.query<LedgerRow>(
    `SELECT partition, outcome, reason, count() AS rows, rows - uniqExact(offset) AS doubled
     FROM ${options.table} WHERE topic_id = {topicId:UUID}
     GROUP BY partition, outcome, reason ORDER BY partition, outcome, reason`,
    { topicId: options.topicId },
  );

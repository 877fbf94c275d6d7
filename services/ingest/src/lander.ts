import type { LogRecord, Outcome, Plan, ReasonCode } from '@nextcart/contracts';
import type { RowBuffer } from './row-buffer.ts';

/** What a batch remembers of one record besides its row. Reused from record to record: copy what you keep. */
export interface Landed {
  outcome: Outcome;
  reason: ReasonCode | '';
  fieldPath: string;
  schemaId: number;
  source: string;
  /** Event time of a kept event, which moved its source's watermark; NaN for all else. */
  keptTime: number;
}

export const createLanded = (): Landed => ({
  outcome: 'quarantined',
  reason: '',
  fieldPath: '',
  schemaId: -1,
  source: '',
  keptTime: Number.NaN,
});

export type PlanState = Pick<Plan, 'watermarks' | 'cleaning' | 'catalog'>;

/** One partition's judge: what a record is, and its row. Events, catalogue and lists have one each. */
export interface Lander {
  /** Before any record is judged: asks for schema ids that are new. Throws 'registry_unavailable' (retry). */
  prepare(records: readonly LogRecord[]): Promise<void>;
  /**
   * State at `at`, the first offset to be judged; `planned` is that of the last plan, null where there is none.
   * `healed`: first offset of that plan's batch, where the batch is in and `at` is above it.
   */
  restore(at: number, planned: PlanState | null, healed: number | null): Promise<void>;
  /** State before the next batch, for its plan. `recovered`: the batch is an old plan's and is judged by its snapshots. */
  beginBatch(recovered: boolean): PlanState;
  /** Judges the next record and writes its row. Never throws on bad bytes. */
  land(record: LogRecord, receivedAt: number, rows: RowBuffer, out: Landed): void;
  /** The row of a record that the store refused. */
  writeRefused(
    record: LogRecord,
    landed: Pick<Landed, 'schemaId' | 'source'>,
    receivedAt: number,
    rows: RowBuffer,
  ): void;
}

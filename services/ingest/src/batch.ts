import { type LogRecord, outcomes, type ReasonCode, type Writable } from '@nextcart/contracts';
import { createKeptRecords, type KeptRecords } from './kept-records.ts';
import type { Landed, PlanState } from './lander.ts';
import { newestTimes } from './newest-times.ts';
import { createRowBuffer, type RowBuffer } from './row-buffer.ts';

/**
 * Records between being judged and being in the store: their rows, and what a smaller plan, a dead letter or a refusal
 * would need of them. Used again by the next batch; nothing is allocated per accepted record.
 */
export interface Quarantined {
  readonly record: LogRecord;
  readonly reason: ReasonCode;
  readonly fieldPath: string;
  readonly schemaId: number;
}

export interface Batch {
  readonly rows: RowBuffer;
  /** One a row, in the order of the log. */
  readonly records: Omit<KeptRecords, 'add' | 'clear'>;
  /** Records. */
  readonly size: number;
  /** State before the first record. */
  readonly state: PlanState;
  /** Rows below are in the store: where a repeated delivery goes on. */
  delivered: number;
  begin(state: PlanState): void;
  /** Of a record whose row was written. */
  add(record: LogRecord, landed: Landed): void;
  /** State before the record at an index. */
  stateBefore(index: number): PlanState;
  sourceOf(index: number): string;
  /** Records of [from, to) by outcome, in the order of contracts' `outcomes`. */
  outcomesOf(from: number, to: number): number[];
  /** Quarantined records whose dead letters are still to be written. */
  readonly quarantined: readonly Quarantined[];
  deadLettersWritten(): void;
  clear(): void;
}

const FIRST_ROWS = 1024;
const NO_STATE: PlanState = { watermarks: {}, cleaning: null, catalog: '' };

export const createBatch = (): Batch => {
  const rows = createRowBuffer();
  const records = createKeptRecords();
  const sources: string[] = [];
  let times = new Float64Array(FIRST_ROWS);
  let kinds = new Uint8Array(FIRST_ROWS);

  const grow = (): void => {
    const moreTimes = new Float64Array(2 * times.length);
    moreTimes.set(times);
    times = moreTimes;
    const moreKinds = new Uint8Array(2 * kinds.length);
    moreKinds.set(kinds);
    kinds = moreKinds;
  };

  const quarantined: Quarantined[] = [];

  const batch: Writable<Batch> = {
    rows,
    records,
    size: 0,
    state: NO_STATE,
    quarantined,
    delivered: 0,
    begin: (before) => {
      batch.state = before;
    },
    add: (record, landed) => {
      const at = records.size;
      if (at === times.length) grow();
      records.add(record);
      batch.size = at + 1;
      sources.push(landed.source);
      times[at] = landed.keptTime;
      kinds[at] = outcomes.indexOf(landed.outcome);
      if (landed.outcome === 'quarantined' && landed.reason !== '')
        quarantined.push({
          record,
          reason: landed.reason,
          fieldPath: landed.fieldPath,
          schemaId: landed.schemaId,
        });
    },
    stateBefore: (index) => {
      const { state } = batch;
      if (index === 0) return state;
      const seen = new Map<string, number>();
      for (let i = 0; i < index; i += 1) {
        const time = times[i] as number;
        const source = sources[i] as string;
        if (time > (seen.get(source) ?? Number.NEGATIVE_INFINITY)) seen.set(source, time);
      }
      return { ...state, watermarks: newestTimes(state.watermarks, seen) };
    },
    sourceOf: (index) => sources[index] as string,
    outcomesOf: (from, to) => {
      const counts = outcomes.map(() => 0);
      for (let i = from; i < to; i += 1) counts[kinds[i] as number] = (counts[kinds[i] as number] as number) + 1;
      return counts;
    },
    deadLettersWritten: () => {
      quarantined.length = 0;
    },
    clear: () => {
      rows.clear();
      records.clear();
      sources.length = 0;
      quarantined.length = 0;
      batch.delivered = 0;
      batch.size = 0;
      batch.state = NO_STATE;
    },
  };
  return batch;
};

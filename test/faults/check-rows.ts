import type { RecordTable, Store } from '@nextcart/clickhouse';
import { deadLetterCodec, WIRE_HEADER_BYTES } from '@nextcart/contracts';
import type { PlacedRecord } from './read-log.ts';
import type { Expected, Judged } from './reference-judge.ts';

export interface RowFaults {
  /** Records without a row. */
  lost: string[];
  /** Rows beyond one a record, rows of no record included. */
  doubled: string[];
  /** Rows that say something else than the reference. */
  wrong: string[];
}

interface Row {
  readonly partition: number;
  readonly offset: number;
  readonly outcome: string;
  readonly reason: string;
}

/** Every row of a table against the reference, record by record. */
export const checkRows = async (
  store: Store,
  table: RecordTable,
  topicId: string,
  judged: readonly Expected[],
): Promise<RowFaults> => {
  const rows = await store.query<Row>(
    `SELECT partition, offset, outcome, reason FROM ${table} WHERE topic_id = {topicId:UUID} ORDER BY partition, offset`,
    { topicId },
  );
  const found = new Map<string, Row>();
  const faults: RowFaults = { lost: [], doubled: [], wrong: [] };
  const positions = new Set(judged.map(({ partition, offset }) => `${partition}:${offset}`));
  for (const row of rows) {
    const position = `${row.partition}:${row.offset}`;
    if (found.has(position) || !positions.has(position)) faults.doubled.push(position);
    else found.set(position, row);
  }
  for (const { partition, offset, outcome, reason } of judged) {
    const row = found.get(`${partition}:${offset}`);
    if (row === undefined) faults.lost.push(`${partition}:${offset}`);
    else if (row.outcome !== outcome || row.reason !== reason)
      faults.wrong.push(`${partition}:${offset} is ${row.outcome} ${row.reason}, should be ${outcome} ${reason}`);
  }
  return faults;
};

/** Kept records that their subject's history, which a cold subject is folded from, does not have exactly once. */
export const checkHistories = async (
  store: Store,
  topicId: string,
  judged: readonly Judged[],
): Promise<Pick<RowFaults, 'lost' | 'doubled'>> => {
  const rows = await store.query<{ partition: number; offset: number }>(
    'SELECT partition, offset FROM subject_events WHERE topic_id = {topicId:UUID}',
    { topicId },
  );
  const missing = new Set(
    judged
      .filter(
        ({ outcome, event }) => (outcome === 'accepted' || outcome === 'late') && event?.eventType !== 'impression',
      )
      .map(({ partition, offset }) => `${partition}:${offset}`),
  );
  const positions = rows.map(({ partition, offset }) => `${partition}:${offset}`);
  const doubled = positions.filter((position) => !missing.delete(position)).map((position) => `history ${position}`);
  return { lost: [...missing].map((position) => `history ${position}`), doubled };
};

/** Quarantined records without a dead letter, and dead letters of records that are not quarantined. */
export const checkDeadLetters = (
  letters: readonly PlacedRecord[],
  topic: string,
  judged: readonly Expected[],
): string[] => {
  const codec = deadLetterCodec();
  const missing = new Map(
    judged
      .filter(({ outcome }) => outcome === 'quarantined')
      .map(({ partition, offset, reason }) => [`${partition}:${offset}`, reason]),
  );
  const written = new Set<string>();
  const differences: string[] = [];
  for (const { value } of letters) {
    const letter = codec.decode((value as Buffer).subarray(WIRE_HEADER_BYTES));
    if (letter.topic !== topic) continue;
    const position = `${letter.partition}:${letter.offset}`;
    // repeats are allowed: their key is the position
    if (written.has(position)) continue;
    written.add(position);
    if (missing.get(position) !== letter.reason)
      differences.push(`dead letter ${position} for ${letter.reason}, should be ${missing.get(position) ?? 'none'}`);
    missing.delete(position);
  }
  for (const [position, reason] of missing) differences.push(`no dead letter ${position} for ${reason}`);
  return differences;
};

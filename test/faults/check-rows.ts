import type { Store } from '@nextcart/clickhouse';
import { type CatalogItem, deadLetterCodec, WIRE_HEADER_BYTES } from '@nextcart/contracts';
import type { PlacedRecord } from './read-log.ts';
import { type Judged, type Sums, sumWindows } from './reference-judge.ts';

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

/** Every row of the events' table against the reference, record by record. */
export const checkRows = async (store: Store, topicId: string, judged: readonly Judged[]): Promise<RowFaults> => {
  const rows = await store.query<Row>(
    'SELECT partition, offset, outcome, reason FROM events WHERE topic_id = {topicId:UUID} ORDER BY partition, offset',
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

interface Cell {
  readonly start: number;
  readonly type: string;
  readonly item: string;
  readonly currency: string;
  readonly late: number;
  readonly events: number;
  readonly quantity: number;
  readonly amount: string;
}

const show = (sums: Sums | undefined): string =>
  sums === undefined ? 'nothing' : `${sums.events} events, ${sums.quantity} pieces, ${sums.amount} units`;

/** Differences between a table of windows and the same sums made from the log. */
export const checkWindows = async (
  store: Store,
  table: { readonly name: 'window_minutes' | 'window_hours'; readonly column: string; readonly seconds: number },
  judged: readonly Judged[],
  items: ReadonlyMap<string, CatalogItem>,
): Promise<string[]> => {
  const cells = await store.query<Cell>(
    `SELECT toUnixTimestamp(${table.column}) AS start, event_type AS type, item_id AS item, currency, late,
       sum(events) AS events, sum(quantity) AS quantity, toString(toInt128(sum(amount) * 10000)) AS amount
     FROM ${table.name} GROUP BY ALL`,
  );
  const expected = sumWindows(judged, items, table.seconds);
  const differences: string[] = [];
  for (const { start, type, item, currency, late, ...sums } of cells) {
    const key = [start, type, item, currency, late].join('|');
    const found = show({
      events: Number(sums.events),
      quantity: Number(sums.quantity),
      amount: BigInt(sums.amount),
    });
    const wanted = show(expected.get(key));
    if (found !== wanted) differences.push(`${table.name} ${key}: ${found}, should be ${wanted}`);
    expected.delete(key);
  }
  for (const [key, sums] of expected) differences.push(`${table.name} ${key}: nothing, should be ${show(sums)}`);
  return differences;
};

/** Quarantined records without a dead letter, and dead letters of records that are not quarantined. */
export const checkDeadLetters = (
  letters: readonly PlacedRecord[],
  topic: string,
  judged: readonly Judged[],
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

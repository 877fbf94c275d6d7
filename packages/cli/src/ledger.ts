/**
 * The ledger that balances (promise 6): what the *broker* holds against what ClickHouse has rows of.
 * - The ends of the log are read once, at the beginning; rows of what comes later are left out, so a live stream can
 *   balance.
 * - Who waits gets windows that are whole too: rows can be read up to a second before the views have them, and ingest
 *   commits an offset only when both have all below it.
 * - end − start is the broker's count where nothing is compacted. A compacted log has fewer records than that: where
 *   offsets have no row, the log itself is read, and only those that it still holds are missing.
 */

import {
  type LedgerCount,
  type LedgerRow,
  readGaps,
  readLedgerCounts,
  readLedger as readStoreLedger,
  type Store,
} from '@nextcart/clickhouse';
import { groups, type Outcome, type ReasonCode, tables, topics } from '@nextcart/contracts';
import type { Kafka, PartitionOffsets } from '@nextcart/kafka';
import type { Clock } from '@nextcart/runtime';

export interface LedgerLine {
  readonly topic: string;
  readonly partition: number;
  /**
   * The broker's count below the end at which the ledger began: end − start, in a compacted topic less the records that
   * it dropped before they had a row.
   */
  readonly broker: number;
  /** Rows by outcome, those of records that the log no longer holds included. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Quarantined rows by reason. */
  readonly reasons: Readonly<Partial<Record<ReasonCode, number>>>;
  /** Records with a row below the log's start: retention has removed them. */
  readonly removed: number;
  /** Records that the broker holds and that have no row. */
  readonly missing: number;
  /** Offset of the first of them, or null. */
  readonly firstMissing: number | null;
  /** Rows beyond one a record. */
  readonly doubled: number;
  /** broker + removed = rows, each record once. */
  readonly balanced: boolean;
}

export interface LedgerTopic {
  readonly name: string;
  readonly table: 'events' | 'catalog' | 'lists';
  readonly compacted: boolean;
  /** Ingest's; where it is absent, rows alone are waited for. */
  readonly group?: string;
}

/** The topics whose every record becomes a row. */
export const ledgerTopics: readonly LedgerTopic[] = [
  { name: topics.events.name, table: tables.events, compacted: false, group: groups.ingestEvents },
  { name: topics.catalog.name, table: tables.catalog, compacted: true, group: groups.ingestCatalog },
  { name: topics.recommendations.name, table: tables.lists, compacted: true, group: groups.ingestLists },
];

/** One partition's line out of both counts. `held` is the broker's count, `missing` what it holds without a row. */
export const ledgerLine = (
  topic: string,
  at: {
    readonly partition: number;
    readonly held: number;
    readonly missing: number;
    readonly firstMissing: number | null;
  },
  count: LedgerCount | undefined,
  rows: readonly LedgerRow[],
): LedgerLine => {
  const outcomes: Record<Outcome, number> = { accepted: 0, duplicate: 0, late: 0, quarantined: 0 };
  const reasons: Partial<Record<ReasonCode, number>> = {};
  for (const row of rows) {
    outcomes[row.outcome] += row.rows;
    if (row.reason !== '') reasons[row.reason] = (reasons[row.reason] ?? 0) + row.rows;
  }
  const doubled = count?.doubled ?? 0;
  return {
    topic,
    partition: at.partition,
    broker: at.held,
    outcomes,
    reasons,
    removed: count?.removed ?? 0,
    missing: at.missing,
    firstMissing: at.firstMissing,
    doubled,
    balanced: at.missing === 0 && doubled === 0,
  };
};

/** Asked for at once. */
const MAX_GAPS = 10_000;

interface Gap {
  readonly first: number;
  readonly last: number;
}

/** All of them: a log that was compacted before it was read has holes without number. */
const readAllGaps = async (store: Store, range: Omit<Parameters<typeof readGaps>[1], 'limit'>): Promise<Gap[]> => {
  const gaps: Gap[] = [];
  for (let { first } = range; ; ) {
    const some = await readGaps(store, { ...range, first, limit: MAX_GAPS });
    gaps.push(...some);
    const newest = some.at(-1);
    if (newest === undefined || some.length < MAX_GAPS) return gaps;
    first = newest.last + 1;
  }
};

/** Offsets of the ranges that a compacted partition still holds, counted by reading it from the first range on. */
const countHeld = async (
  kafka: Kafka,
  topic: string,
  partition: number,
  gaps: readonly Gap[],
): Promise<{ missing: number; firstMissing: number | null }> => {
  let missing = 0;
  let firstMissing: number | null = null;
  let gap = 0;
  const tail = await kafka.tail({
    topic,
    from: new Map([[partition, gaps[0]?.first ?? 0]]),
    onRecords: async (_partition, records) => {
      for (const { offset } of records) {
        while (gap < gaps.length && offset > (gaps[gap]?.last ?? 0)) gap += 1;
        if (gap >= gaps.length) return;
        if (offset < (gaps[gap]?.first ?? 0)) continue;
        missing += 1;
        firstMissing ??= offset;
      }
    },
  });
  await tail.caughtUp;
  await tail.close();
  return { missing, firstMissing };
};

const readTopic = async (
  deps: { readonly kafka: Kafka; readonly store: Store },
  topic: LedgerTopic,
  log: { readonly topicId: string; readonly offsets: readonly PartitionOffsets[] },
): Promise<LedgerLine[]> => {
  const { kafka, store } = deps;
  const { topicId } = log;
  const starts = new Map(log.offsets.map(({ partition, start }) => [partition, start]));
  const ends = new Map(log.offsets.map(({ partition, end }) => [partition, end]));
  const rows = await readStoreLedger(store, { table: topic.table, topicId, ends });
  const counts = await readLedgerCounts(store, { table: topic.table, topicId, starts, ends });
  const lines: LedgerLine[] = [];
  for (const { partition, start, end } of log.offsets) {
    const count = counts.find((each) => each.partition === partition);
    const unseen = end - start - (count?.records ?? 0);
    let at = { missing: unseen, firstMissing: null as number | null };
    if (unseen > 0) {
      const range = { table: topic.table, topicId, partition, first: start, last: end - 1 };
      at = topic.compacted
        ? await countHeld(kafka, topic.name, partition, await readAllGaps(store, range))
        : { missing: unseen, firstMissing: (await readGaps(store, { ...range, limit: 1 }))[0]?.first ?? null };
    }
    const held = end - start - (unseen - at.missing);
    const own = rows.filter((row) => row.partition === partition);
    lines.push(ledgerLine(topic.name, { partition, held, ...at }, count, own));
  }
  return lines;
};

/** Ingest has acknowledged everything below the ends, so that rows and windows are whole. */
const isAcknowledged = async (
  kafka: Kafka,
  { name, group }: LedgerTopic,
  offsets: readonly PartitionOffsets[],
): Promise<boolean> => {
  if (group === undefined) return true;
  const committed = await kafka.admin.committed(group, name);
  return offsets.every(({ partition, start, end }) => start === end || (committed.get(partition)?.offset ?? 0) >= end);
};

/** How often the store is asked while ingest catches up. */
const POLL_MS = 500;

/**
 * The balance of every partition, after ingest has caught up or `waitMs` have passed. Throws 'bad_configuration' where a
 * topic is missing, 'broker_unavailable' or 'store_unavailable' where one does not answer.
 */
export const readLedger = async (deps: {
  readonly kafka: Kafka;
  readonly store: Store;
  readonly clock: Clock;
  readonly waitMs?: number;
  readonly topics?: readonly LedgerTopic[];
}): Promise<LedgerLine[]> => {
  const { kafka, clock, waitMs = 0 } = deps;
  const deadline = clock.monotonic() + waitMs;
  const logs = [];
  for (const topic of deps.topics ?? ledgerTopics) {
    const { topicId } = await kafka.admin.topic(topic.name);
    logs.push({ topic, topicId, offsets: await kafka.admin.offsets(topic.name) });
  }
  for (;;) {
    const lines: LedgerLine[] = [];
    for (const { topic, ...log } of logs) lines.push(...(await readTopic(deps, topic, log)));
    if (clock.monotonic() >= deadline) return lines;
    const isWhole = await Promise.all(logs.map(({ topic, offsets }) => isAcknowledged(kafka, topic, offsets)));
    if (lines.every(({ missing }) => missing === 0) && isWhole.every(Boolean)) return lines;
    await clock.sleep(Math.min(POLL_MS, Math.max(0, deadline - clock.monotonic())));
  }
};

import { type LedgerLine, ledgerTopics, readLedger } from '@nextcart/cli';
import type { Store } from '@nextcart/clickhouse';
import { groups, topics } from '@nextcart/contracts';
import { systemClock } from '@nextcart/runtime';
import { checkLists } from './check-lists.ts';
import { checkDeadLetters, checkHistories, checkRows } from './check-rows.ts';
import { checkWindows } from './check-windows.ts';
import type { FaultSystem } from './fault-system.ts';
import type { Load } from './load.ts';
import { readLog } from './read-log.ts';
import { judgeLog } from './reference-judge.ts';
import { logEnds, untilCommitted } from './until.ts';

export interface Verdict {
  /** Records of the events' topic. */
  readonly records: number;
  /** Of these by outcome, as the reference has it. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly subjects: number;
  /** Lists that were compared in everything. */
  readonly wholeLists: number;
  readonly lost: string[];
  readonly doubled: string[];
  readonly wrong: string[];
}

/** Of each kind: the rest are of the same cause. */
const NAMED = 10;

/** The first of some faults, and how many more there are. */
export const firstOf = (faults: readonly string[]): string[] => [
  ...faults.slice(0, NAMED),
  ...(faults.length > NAMED ? [`and ${faults.length - NAMED} more`] : []),
];

/** What a verdict found, a line a kind; none where all is well. */
export const describeVerdict = ({ lost, doubled, wrong }: Verdict): string[] =>
  Object.entries({ lost, doubled, wrong })
    .filter(([, faults]) => faults.length > 0)
    .map(([kind, faults]) => `${faults.length} ${kind}:\n  ${firstOf(faults).join('\n  ')}`);

const LEDGER_WAIT_MS = 60_000;

/** Where a partition's rows lie: an insert is a part, until parts are merged. */
const partsOf = (store: Store, { topic, partition }: LedgerLine): Promise<object[]> => {
  const table = ledgerTopics.find(({ name }) => name === topic)?.table ?? 'events';
  return store.query(
    `SELECT _part AS part, count() AS rows, min(offset) AS first, max(offset) AS last FROM ${table}
     WHERE partition = {partition:UInt16} GROUP BY part ORDER BY first, last`,
    { partition },
  );
};

/** Resolves when both services have done all that the log holds, history records that the scorer adds included. */
export const settle = async ({ kafka }: FaultSystem): Promise<void> => {
  for (let before = -1; ; ) {
    const ends = await logEnds(kafka);
    const total = [...ends.values()].reduce((sum, end) => sum + end, 0);
    await Promise.all([groups.scorer, groups.ingestEvents].map((group) => untilCommitted(kafka, group, ends)));
    if (total === before) return;
    before = total;
  }
};

/** Everything that the services made against what the log says. The load must have stopped. */
export const verify = async (system: FaultSystem, load: Load): Promise<Verdict> => {
  const { kafka, store, topicId } = system;
  await settle(system);
  const lists = await checkLists(system);
  const log = await readLog(kafka, topics.events.name);
  const judged = judgeLog(log, system.schemas);
  const { lost, doubled, wrong } = await checkRows(store, 'events', topicId, judged);
  const histories = await checkHistories(store, topicId, judged);
  lost.push(...histories.lost);
  doubled.push(...histories.doubled);

  const arrived = new Set(judged.map(({ event }) => event?.eventId));
  const refused = judged.filter(({ outcome }) => outcome === 'quarantined').length;
  const absent = [...load.acknowledged].filter((id) => !arrived.has(id));
  // a quarantined event is in the log, but the reference did not read its id
  if (absent.length > refused) lost.push(`${absent.length} acknowledged events are not in the log`);

  wrong.push(...(await checkWindows(store, judged, system)));
  wrong.push(...checkDeadLetters(await readLog(kafka, topics.deadLetters.name), topics.events.name, judged));
  wrong.push(...lists.wrong);
  for (const line of await readLedger({ kafka, store, clock: systemClock, waitMs: LEDGER_WAIT_MS })) {
    const where = `${line.topic}/${line.partition}`;
    if (line.missing > 0) lost.push(`${where}: the ledger misses ${line.missing}, from ${line.firstMissing} on`);
    if (line.doubled > 0)
      doubled.push(
        `${where}: the ledger has ${line.doubled} too many, in ${JSON.stringify(await partsOf(store, line))}`,
      );
  }
  const outcomes: Record<string, number> = {};
  for (const { outcome } of judged) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return {
    ...{ records: log.length, outcomes, subjects: lists.subjects, wholeLists: lists.whole },
    ...{ lost, doubled, wrong },
  };
};

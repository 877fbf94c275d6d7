import { systemClock } from '@nextcart/runtime';
import { Command } from 'commander';
import { withConnections } from '../connect.ts';
import { type LedgerLine, readLedger } from '../ledger.ts';
import { integer, paint, say, table } from '../print.ts';
import { checkWindows, type WindowCheck } from '../window-totals.ts';

const cures = (line: LedgerLine): string[] => {
  const where = `${line.topic} partition ${line.partition}`;
  const cure: string[] = [];
  if (line.missing > 0) {
    cure.push(
      `${where}: ${integer(line.missing)} records of the log have no row, the first at offset ${line.firstMissing}. If ingest is behind or down (see: nextcart doctor), let it catch up and ask again with a longer --wait. If it has passed them, rows were lost from the store: restore a backup of ClickHouse, or make all rows again from the log (stop ingest, drop the database, delete the consumer group, nextcart setup, start ingest).`,
    );
  }
  if (line.doubled > 0) {
    cure.push(
      `${where}: ${integer(line.doubled)} rows too many: somebody wrote them besides ingest, or a de-duplication window was too short. Make all rows again from the log (stop ingest, drop the database, delete the consumer group, nextcart setup, start ingest).`,
    );
  }
  return cure;
};

const reasonRows = (lines: readonly LedgerLine[]): string[][] => {
  const sums = new Map<string, number>();
  for (const { topic, reasons } of lines)
    for (const [reason, count] of Object.entries(reasons))
      sums.set(`${topic}|${reason}`, (sums.get(`${topic}|${reason}`) ?? 0) + count);
  return [...sums].sort((a, b) => b[1] - a[1]).map(([key, count]) => [...key.split('|'), integer(count)]);
};

const HEADINGS = [
  'topic',
  'partition',
  'broker',
  'removed',
  'accepted',
  'duplicate',
  'late',
  'quarantined',
  'missing',
  'doubled',
  'balanced',
];

/** The ledger as people read it. */
export const renderLedger = (lines: readonly LedgerLine[]): string[] => {
  const rows = lines.map(({ topic, partition, broker, removed, outcomes, missing, doubled, balanced }) => [
    topic,
    String(partition),
    ...[broker, removed, outcomes.accepted, outcomes.duplicate, outcomes.late, outcomes.quarantined].map(integer),
    integer(missing),
    integer(doubled),
    balanced ? paint('green', 'yes') : paint('red', 'NO'),
  ]);
  const reasons = reasonRows(lines);
  const wrong = lines.flatMap(cures);
  return [
    table(HEADINGS, rows),
    ...(reasons.length === 0 ? [] : ['', table(['topic', 'quarantined because', 'records'], reasons)]),
    '',
    ...(wrong.length === 0 ? [paint('green', 'the ledger balances')] : wrong.map((text) => paint('red', text))),
  ];
};

export const renderWindows = ({ faults, notCompared }: WindowCheck): string[] => {
  if (notCompared !== null) return [`windows were not compared with the rows: ${notCompared}`];
  return faults.length === 0 ? [paint('green', 'windows have all rows')] : faults.map((text) => paint('red', text));
};

const seconds = (text: string): number => {
  const value = Number(text);
  if (!(value >= 0)) throw new Error(`--wait takes seconds, not '${text}'`);
  return value;
};

/** `nextcart ledger`: broker + removed = accepted + duplicate + late + quarantined, or exit 1. */
export const ledgerCommand = (): Command =>
  new Command('ledger')
    .description(
      "compare the broker's count with the rows in ClickHouse, by partition, and the windows' sums with the rows'; exits 1 if they differ",
    )
    .option('--wait <seconds>', 'let ingest catch up with the log as it is now, windows included', seconds, 10)
    .option('--json', '{ partitions, windows } as JSON')
    .addHelpText(
      'after',
      `
broker     the broker's count: end less start, without what a compacted topic dropped before it had a row
removed    rows of records below the log's start: retention has removed them since
missing    records of the log that have no row
doubled    rows beyond one a record
The ledger balances where broker + removed = accepted + duplicate + late + quarantined, with none missing or doubled.
Then events, pieces and money of all windows are compared with those of the rows.
`,
    )
    .action((options: { wait: number; json?: true }) =>
      withConnections(async ({ kafka, store }) => {
        const deps = { kafka: kafka(), store: store(), clock: systemClock };
        const lines = await readLedger({ ...deps, waitMs: options.wait * 1000 });
        const isBalanced = lines.every(({ balanced }) => balanced);
        if (!options.json) for (const line of renderLedger(lines)) say(line);
        // of rows that are not whole, windows say nothing
        const windows = isBalanced ? await checkWindows(deps) : null;
        if (options.json) say(JSON.stringify({ partitions: lines, windows }, null, 2));
        else if (windows !== null) for (const line of renderWindows(windows)) say(line);
        if (!isBalanced || (windows?.faults ?? []).length > 0) process.exitCode = 1;
      }),
    );

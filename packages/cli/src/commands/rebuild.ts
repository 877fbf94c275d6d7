import { rebuildWindows } from '@nextcart/clickhouse';
import { groups, topics } from '@nextcart/contracts';
import { systemClock } from '@nextcart/runtime';
import { Command } from 'commander';
import { withConnections } from '../connect.ts';
import { healPlanned } from '../heal-planned.ts';
import { integer, paint, say, table } from '../print.ts';
import { createProgress } from '../progress.ts';
import { differences, readWindowTotals, sameTotals, type WindowTotals } from '../window-totals.ts';

const row = (name: string, totals: WindowTotals): string[] => [
  name,
  integer(totals.events),
  integer(totals.quantity),
  totals.amount,
  totals.baseAmount,
];

/** `nextcart rebuild`: the rolling windows again from the log's rows. */
export const rebuildCommand = (): Command =>
  new Command('rebuild')
    .description('make the rolling windows again from the rows of the log, while everything runs')
    .addHelpText(
      'after',
      `
First completes what ingest was putting in when it stopped, which the broker knows. Then reads every row of 'events'
through the windows' own views into new tables and puts these in place of window_minutes and window_hours at one moment;
ingest and readers go on meanwhile. Use it after a change of the windows' logic, or when their sums are in doubt.
Afterwards the sums over all windows are compared with those over the rows: exits 1 if they
differ. Sums that were others before are told.
`,
    )
    .action(() =>
      withConnections(async ({ kafka, store, log }) => {
        const deps = { store: store(), clock: systemClock };
        const before = await readWindowTotals(deps);
        await healPlanned(
          { kafka: kafka(), store: store() },
          { group: groups.ingestEvents, topic: topics.events.name },
        );
        let progress: { partition: number; line: ReturnType<typeof createProgress> } | undefined;
        const { rows } = await rebuildWindows(store(), {
          log,
          clock: systemClock,
          onProgress: ({ partition, done, total }) => {
            if (progress?.partition !== partition) {
              const what = `partition ${partition}`;
              progress = { partition, line: createProgress({ what, total, from: 0, clock: systemClock }) };
            }
            if (done < total) return progress.line.update(done);
            progress.line.end(done);
            progress = undefined; // the next may have the same number, of a topic that was made again
          },
        });
        const after = await readWindowTotals(deps);
        say(
          table(
            ['sums over', 'events', 'pieces', 'amount', 'in base currency'],
            [
              row('the rows', after.rows),
              row('minutes, before', before.minutes),
              row('minutes, now', after.minutes),
              row('hours, before', before.hours),
              row('hours, now', after.hours),
            ],
          ),
        );
        for (const line of differences(before)) say(paint('yellow', `before the rebuild ${line}`));
        if (!sameTotals(after.rows, after.minutes) || !sameTotals(after.rows, after.hours)) {
          throw new Error(
            `the windows do not equal the rows after the rebuild: ${differences(after).join('; ')}. Run it again when less is being imported; if it stays, the views and the tables disagree (see: nextcart doctor)`,
          );
        }
        say(paint('green', `made again from ${integer(rows)} rows; minutes and hours equal the rows`));
      }),
    );

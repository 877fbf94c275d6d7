/**
 * "Table without view", for real: ClickHouse is killed (-9) in the middle of an insert, when the part of `events` is
 * written and a view's is not.
 *
 * What 26.7 was seen to do with an insert of one block, killed in each of its views: the table's own part is committed
 * while the views still run, and outlives the kill with its token; of the views some are whole and some empty, in an order
 * that is neither that of their names nor of their making. The same insert under its token then leaves out the table and
 * the views that have it, and fills the others.
 *
 * To be there at that moment the view gets a condition more, over rows of an HTTP address that does not answer: the insert
 * stands still in the view until the server dies. What the condition lets through is everything, once it is answered.
 */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Store, viewSelect } from '@nextcart/clickhouse';
import { HOST } from '@nextcart/local';
import type { FaultSystem } from './fault-system.ts';
import { goOn } from './outage.ts';
import { until } from './until.ts';

/** What is filled from the rows of an insert into `events`, by its view, and what of it the view must have added up. */
const targets = {
  subject_events_mv: { table: 'subject_events', measure: 'count()' },
  window_minutes_view: { table: 'window_minutes', measure: 'sum(events)' },
  window_hours_view: { table: 'window_hours', measure: 'sum(events)' },
} as const;
export type FilledView = keyof typeof targets;
export const filledViews = Object.keys(targets) as FilledView[];

/** An address where every question waits until `answer`; from then on it has no rows. */
const createHold = async () => {
  const waiting: ServerResponse[] = [];
  let isAnswering = false;
  const server = createServer((_, response) => (isAnswering ? response.end() : waiting.push(response)));
  server.listen(0, HOST);
  await once(server, 'listening');
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}/`,
    isReached: () => waiting.length > 0,
    answer: () => {
      isAnswering = true;
      for (const response of waiting) response.end();
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

/** Renamed there and back, or it would have other tokens after the next start: packages/clickhouse/sql/191_view_tokens.sql. */
const alterView = async (store: Store, view: FilledView, select: string): Promise<void> => {
  await store.command(`ALTER TABLE ${view} MODIFY QUERY ${select}`);
  await store.command(`RENAME TABLE ${view} TO ${view}_renamed`);
  await store.command(`RENAME TABLE ${view}_renamed TO ${view}`);
};

/**
 * Kills ClickHouse while an insert stands in `view`, ingest with it where `withIngest`, and starts them again. Events have
 * to come, before or meanwhile. Rejects where the table is not ahead of the view after the kill. Resolves with the
 * milliseconds until the services were where the log was.
 */
export const dieInView = async (system: FaultSystem, view: FilledView, withIngest: boolean): Promise<number> => {
  const { store, stack, ingest } = system;
  const { clickhouse } = stack.servers;
  if (clickhouse === undefined) throw new Error('the stack has no clickhouse of its own');
  const { table, measure } = targets[view];
  const select = await viewSelect(store, view);
  const missing = async (): Promise<number> => {
    const rows = await store.query<{ missing: number }>(
      `SELECT (SELECT ${measure} FROM (${select})) - (SELECT ${measure} FROM ${table}) AS missing`,
    );
    return Number(rows[0]?.missing ?? 0);
  };
  const hold = await createHold();
  try {
    const condition = `toString(item_id) NOT IN (SELECT held FROM url('${hold.url}', 'TSV', 'held String'))`;
    await alterView(store, view, `${select} ${select.includes(' WHERE ') ? 'AND' : 'WHERE'} ${condition}`);
    await until(`an insert to stand in ${view}`, async () => (hold.isReached() && (await missing()) > 0 ? true : null));
    await Promise.all([clickhouse.kill9({ stayDown: true }), withIngest ? ingest.kill9() : undefined]);
    await clickhouse.restart();
    if ((await missing()) <= 0) throw new Error(`the rows that ${view} had not written are in ${table}`);
    hold.answer();
    await alterView(store, view, select);
    if (withIngest) ingest.start();
    return await goOn(system);
  } finally {
    hold.close();
  }
};

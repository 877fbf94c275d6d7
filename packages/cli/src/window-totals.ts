import { type Store, viewSelect } from '@nextcart/clickhouse';
import { NextcartError } from '@nextcart/contracts';
import type { Clock } from '@nextcart/runtime';

/** Sums over everything. Money as decimal text. */
export interface WindowTotals {
  readonly events: number;
  readonly quantity: number;
  readonly amount: string;
  readonly baseAmount: string;
}

export interface TotalsAtOnce {
  /** What the rows of `events` say, by the windows' own view. */
  readonly rows: WindowTotals;
  readonly minutes: WindowTotals;
  readonly hours: WindowTotals;
}

const SUMS =
  'sum(events) AS events, sum(quantity) AS quantity, toString(sum(amount)) AS amount, toString(sum(base_amount)) AS baseAmount';
const TRIES = 100;
const PAUSE_MS = 73;

export const sameTotals = (a: WindowTotals, b: WindowTotals): boolean =>
  a.events === b.events && a.quantity === b.quantity && a.amount === b.amount && a.baseAmount === b.baseAmount;

/** In words, one for each table that is not what the rows say. */
export const differences = ({ rows, ...windows }: TotalsAtOnce): string[] =>
  Object.entries(windows)
    .filter(([, totals]) => !sameTotals(rows, totals))
    .map(
      ([name, totals]) =>
        `the ${name} had ${totals.events} events and ${totals.amount} of money, the rows ${rows.events} and ${rows.amount}`,
    );

/** The three sums at one moment: read again where an insert came between, as a table and its views are not one step. */
export const readWindowTotals = async (deps: { store: Store; clock: Clock }): Promise<TotalsAtOnce> => {
  const { store, clock } = deps;
  const fromRows = await viewSelect(store, 'window_minutes_view');
  const sums = async (from: string): Promise<WindowTotals> =>
    (await store.query<WindowTotals>(`SELECT ${SUMS} FROM ${from}`))[0] as WindowTotals;
  const moment = async (): Promise<string> => {
    const rows = await store.query(
      `SELECT (SELECT count() FROM events) AS rows, (SELECT count() FROM system.processes
         WHERE query_kind = 'Insert' AND current_database = {database:String}) AS inserting`,
      { database: store.database },
    );
    return JSON.stringify(rows);
  };
  for (let tries = 0; tries < TRIES; tries += 1) {
    const before = await moment();
    if (/"inserting":"?0/.test(before)) {
      const totals = {
        rows: await sums(`(${fromRows})`),
        minutes: await sums('window_minutes'),
        hours: await sums('window_hours'),
      };
      if ((await moment()) === before) return totals;
    }
    await clock.sleep(PAUSE_MS);
  }
  throw new NextcartError(
    'store_unavailable',
    'ingest leaves no moment to compare sums in: stop the import, and try again',
    {
      retry: true,
    },
  );
};

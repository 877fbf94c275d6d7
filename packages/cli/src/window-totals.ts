import { inQuietMoment, isWithoutMoment, type Store, viewSelect } from '@nextcart/clickhouse';
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
/** Some 7 s, and no more than two readings of everything: whoever asks is looking at a terminal. */
const MOMENT = { tries: 100, acts: 2 };

export const sameTotals = (a: WindowTotals, b: WindowTotals): boolean =>
  a.events === b.events && a.quantity === b.quantity && a.amount === b.amount && a.baseAmount === b.baseAmount;

/** In words, one for each table that is not what the rows say. */
export const differences = ({ rows, ...windows }: TotalsAtOnce): string[] =>
  Object.entries(windows)
    .filter(([, totals]) => !sameTotals(rows, totals))
    .map(
      ([name, totals]) =>
        `the ${name} had ${totals.events} events and ${totals.amount} of money, the rows ${rows.events} and ${rows.amount} (pieces ${totals.quantity} and ${rows.quantity}, in the base currency ${totals.baseAmount} and ${rows.baseAmount})`,
    );

/** The three sums at one moment. Throws where ingest leaves none. */
export const readWindowTotals = async (deps: { store: Store; clock: Clock }): Promise<TotalsAtOnce> => {
  const { store, clock } = deps;
  const fromRows = await viewSelect(store, 'window_minutes_view');
  const sums = async (from: string): Promise<WindowTotals> =>
    (await store.query<WindowTotals>(`SELECT ${SUMS} FROM ${from}`))[0] as WindowTotals;
  return inQuietMoment({ store, clock, ...MOMENT }, async () => ({
    rows: await sums(`(${fromRows})`),
    minutes: await sums('window_minutes'),
    hours: await sums('window_hours'),
  }));
};

export interface WindowCheck {
  /** What is wrong with the windows, in words, each with its cure. */
  readonly faults: readonly string[];
  /** Why nobody could tell; null where somebody could. */
  readonly notCompared: string | null;
}

/**
 * A store that was killed may have written down that a view's part is there before it was: ingest's repeat of the insert
 * is then no part either. Whatever keeps the sums from being read is told, and no error.
 */
export const checkWindows = async (deps: { store: Store; clock: Clock }): Promise<WindowCheck> => {
  if (deps.store.cluster !== undefined)
    return { faults: [], notCompared: 'one node of a cluster does not see what the others insert' };
  try {
    const found = differences(await readWindowTotals(deps));
    const cure = 'nextcart rebuild makes them again from the rows';
    return { faults: found.map((text) => `windows: ${text}. ${cure}`), notCompared: null };
  } catch (error) {
    if (!(error instanceof NextcartError)) throw error;
    const busy = 'ask again when less is being inserted';
    return { faults: [], notCompared: isWithoutMoment(error) ? busy : error.message };
  }
};

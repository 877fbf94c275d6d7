/** A moment without an insert of events: a table and its views are not one step, so only then do they say the same. */
import { NextcartError } from '@nextcart/contracts';
import type { Clock } from '@nextcart/runtime';
import type { Store } from './store.ts';

/** A moment without an insert comes every few batches; a full-speed import may have none for long. */
const MOMENT_TRIES = 600;
/** No divisor of a flush interval: tries must not keep step with ingest. */
const MOMENT_PAUSE_MS = 73;

const NO_MOMENT = 'ingest leaves no moment between two inserts: stop the import, or stop ingest, and try again';
export const isWithoutMoment = (error: unknown): boolean =>
  error instanceof NextcartError && error.message === NO_MOMENT;

interface Moment {
  inserting: number;
  rows: number;
}

const look = async (store: Store): Promise<Moment> => {
  const rows = await store.query<Moment>(
    `SELECT (SELECT count() FROM events) AS rows, (SELECT count() FROM system.processes
       WHERE query_kind = 'Insert' AND current_database = {database:String} AND match(query, '(?i)insert into .*events')) AS inserting`,
    { database: store.database },
  );
  return rows[0] ?? { inserting: 1, rows: 0 };
};

/**
 * Runs `act` until no insert ran at its beginning, at its end or between: then no row can be on both sides of it. `undo`
 * follows each time that one did. Throws an error of its own (`isWithoutMoment`) after so many `tries`, 73 ms apart, or
 * so many `acts`, where acting costs more than waiting.
 */
export const inQuietMoment = async <T>(
  deps: { readonly store: Store; readonly clock: Clock; readonly tries?: number; readonly acts?: number },
  act: () => Promise<T>,
  undo: () => Promise<void> = async () => {},
): Promise<T> => {
  const { store, clock, tries = MOMENT_TRIES, acts = MOMENT_TRIES } = deps;
  let acted = 0;
  for (let n = 0; n < tries && acted < acts; n += 1) {
    const before = await look(store);
    if (before.inserting === 0) {
      const result = await act();
      acted += 1;
      const after = await look(store);
      if (after.inserting === 0 && after.rows === before.rows) return result;
      await undo();
    }
    await clock.sleep(MOMENT_PAUSE_MS);
  }
  throw new NextcartError('store_unavailable', NO_MOMENT, { retry: true, context: { tries } });
};

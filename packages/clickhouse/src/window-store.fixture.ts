import type { Store } from './store.ts';
import { migratedStore } from './testing.ts';

/** A fresh store for a test file; `empty` leaves the tables and forgets their rows. */
export const windowStore = async (
  clickhouseUrl: string,
  prefix: string,
): Promise<{ readonly store: Store; empty(): Promise<void>; drop(): Promise<void> }> => {
  const { store, drop } = await migratedStore(clickhouseUrl, prefix);
  const empty = async () => {
    for (const table of ['events', 'subject_events', 'window_minutes', 'window_hours', 'snapshots', 'lists'])
      await store.command(`TRUNCATE TABLE ${table}`);
  };
  return { store, empty, drop };
};

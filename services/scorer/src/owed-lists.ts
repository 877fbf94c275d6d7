import { ALWAYS_LISTS } from './model-budget.ts';
import { type Home, isFolded } from './subject.ts';

/**
 * Lists that were made without models because too many waited (`home.owed`). They are made again when there is time, those
 * that have stood longest first. Who takes a partition over reads them back (list-tail.ts).
 */
export interface OwedLists {
  /** Asks for some of them; to be called `TICKS_PER_SECOND` times a second. */
  tick(): void;
}

export const TICKS_PER_SECOND = 20;

export const createOwedLists = (deps: {
  readonly homes: () => Iterable<Home>;
  /** Whether nothing waits, and for a while nothing was made without models. */
  readonly isTime: () => boolean;
  /** Opens a work for the list of a key. */
  readonly refresh: (home: Home, key: string) => void;
}): OwedLists => ({
  tick: () => {
    if (!deps.isTime()) return;
    let left = ALWAYS_LISTS;
    for (const home of deps.homes()) {
      if (!isFolded(home)) continue;
      for (const key of home.owed) {
        if (left === 0) return;
        left -= 1;
        home.owed.delete(key);
        deps.refresh(home, key);
      }
    }
  },
});

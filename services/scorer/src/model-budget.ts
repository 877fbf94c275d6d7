import type { Clock } from '@nextcart/runtime';

/** Beside what each list costs, a batch with models costs as much as so many: their catalogue comes from memory once. */
const FIXED_LISTS = 12;
/** So few are always made with models: what a batch of them takes is known again by that. */
export const ALWAYS_LISTS = 8;
/** Weight of the newest batch in the mean. */
const NEWEST = 0.25;
/** What nothing was made with models after is believed so long, and from then on a tenth less with each batch. */
const STALE_MS = 5000;
const DOUBT = 0.1;
/** So long after the last batch without models. */
const CALM_MS = 1000;

/**
 * Whether there is time for the models. A scorer that gets more events than it can make lists with models for would fall
 * behind without end, and a fresh list without them is worth more than one that knows nothing of the last seconds. So all
 * lists that wait are made with models as long as that takes no longer than `withinMs` by what it took lately.
 */
export const createModelBudget = (withinMs: number, clock: Pick<Clock, 'monotonic'>) => {
  let msPerList: number | undefined;
  let tookAt = Number.NEGATIVE_INFINITY;
  let pressedAt = Number.NEGATIVE_INFINITY;
  return {
    /** Whether so many lists, all that wait, can be made with models. */
    allows: (lists: number): boolean => {
      const now = clock.monotonic();
      if (msPerList !== undefined && now - tookAt > STALE_MS) msPerList *= 1 - DOUBT;
      if (lists <= ALWAYS_LISTS || (FIXED_LISTS + lists) * (msPerList ?? 0) <= withinMs) return true;
      pressedAt = now;
      return false;
    },
    /** Whether there has been time for a while: what is made again must not be what others then wait for. */
    isCalm: (): boolean => clock.monotonic() - pressedAt > CALM_MS,
    /** What a batch of so many took with models. */
    took: (lists: number, ms: number): void => {
      const newest = ms / (FIXED_LISTS + lists);
      msPerList = msPerList === undefined ? newest : msPerList + NEWEST * (newest - msPerList);
      tookAt = clock.monotonic();
    },
  };
};
export type ModelBudget = ReturnType<typeof createModelBudget>;

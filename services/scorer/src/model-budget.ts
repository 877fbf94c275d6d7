import type { Clock } from '@nextcart/runtime';

/** Beside what each list of a batch costs, a batch with models costs as much as these: their catalogue is read once. */
const FIXED_LISTS = 4;
/** So few are always made with models: what a batch of them takes is known again by that. */
export const ALWAYS_LISTS = 8;
/** Weight of the newest batch in the mean. */
const NEWEST = 0.5;
/** A batch without models takes so much off what one with them is believed to take: a slow one is not believed for long. */
const DOUBT = 0.1;
/** So long after the last batch without models. */
const CALM_MS = 1000;

/**
 * Whether there is time for the models. A scorer that gets more events than it can make lists with models for would fall
 * behind without end, and a fresh list without them is worth more than one that knows nothing of the last seconds. So all
 * lists that wait are made with models as long as that takes no longer than `withinMs` by what it took lately.
 */
export const createModelBudget = (withinMs: number, clock: Pick<Clock, 'monotonic'>) => {
  let msPerList = 0;
  let pressedAt = Number.NEGATIVE_INFINITY;
  return {
    /** Whether so many lists, all that wait, can be made with models. */
    allows: (lists: number): boolean => {
      if (lists <= ALWAYS_LISTS || (FIXED_LISTS + lists) * msPerList <= withinMs) return true;
      msPerList *= 1 - DOUBT;
      pressedAt = clock.monotonic();
      return false;
    },
    /** Whether there has been time for a while: what is made again must not be what others then wait for. */
    isCalm: (): boolean => clock.monotonic() - pressedAt > CALM_MS,
    /** What a batch of so many took with models. */
    took: (lists: number, ms: number): void => {
      msPerList += NEWEST * (ms / (FIXED_LISTS + lists) - msPerList);
    },
  };
};
export type ModelBudget = ReturnType<typeof createModelBudget>;

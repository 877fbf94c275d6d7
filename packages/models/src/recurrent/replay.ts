import { permutation, type Random } from '../training/random.ts';
import type { EventSequences } from './events.ts';
import { joinEvents, type Learnable, pickSequences } from './pick-events.ts';

/** Sequences drawn without repeats, in their order, until they have at least so many events; all, where there are fewer. */
export const replaySample = (
  { rowStart }: Pick<EventSequences, 'rowStart'>,
  events: number,
  random: Random,
): Int32Array => {
  const order = permutation(rowStart.length - 1, random);
  let [taken, count] = [0, 0];
  while (taken < events && count < order.length) {
    const row = order[count] as number;
    taken += (rowStart[row + 1] as number) - (rowStart[row] as number);
    count += 1;
  }
  return order.slice(0, count).sort();
};

/**
 * What a warm start learns from: a sample of old sequences with as many events as the new ones, so that what is learned
 * does not push out what was known; then the new ones, which are learned from last.
 */
export const withReplay = (old: Learnable, fresh: Learnable, random: Random): Learnable =>
  joinEvents([pickSequences(old, replaySample(old.events, fresh.events.items.length, random)), fresh]);

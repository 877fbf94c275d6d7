/**
 * How far back a state looks. Invariant: the state after n events is the fold from event `foldStart(n)` on, in training,
 * serving, rebuild and replay alike, so that a state never depends on how long a process has lived.
 */
import { type Learnable, pickRanges } from './pick-events.ts';

/** At least so many events are folded, where there are any; fewer than twice as many. */
export const FOLD_WINDOW = 64;

/** First event that the state after `count` events is folded from. */
export const foldStart = (count: number, window = FOLD_WINDOW): number =>
  window * Math.floor(Math.max(0, count - window) / window);

/**
 * Long sequences cut into the folds that their states are: each piece begins where a fold does, and only those of its
 * events keep their targets whose states are folded from there. A sequence of n events becomes about 2n.
 */
export const foldWindows = (from: Learnable, window = FOLD_WINDOW): Learnable => {
  const { rowStart } = from.events;
  const ranges: (readonly [number, number])[] = [];
  const silent: number[] = [];
  for (let row = 0; row + 1 < rowStart.length; row += 1) {
    const [first, end] = [rowStart[row] as number, rowStart[row + 1] as number];
    for (let start = first; start === first || foldStart(end - first, window) >= start - first; start += window) {
      ranges.push([start, Math.min(end, start + 2 * window - 1)]);
      silent.push(start === first ? 0 : window - 1);
    }
  }
  const { events, targets } = pickRanges(from, ranges);
  const weights = targets.weights.slice();
  silent.forEach((count, piece) => {
    const start = events.rowStart[piece] as number;
    weights.fill(0, start, start + count);
  });
  return { events, targets: { ...targets, weights } };
};

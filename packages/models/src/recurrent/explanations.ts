/** Which of a subject's last events a score is owed to: what the scores had been without each of them. */
import type { EventSequences } from './events.ts';
import { foldStart } from './fold-windows.ts';
import type { RecurrentScorer } from './scorer.ts';

export interface LeaveOneOut {
  /** Numbers of the events that were left out in turn, newest last. */
  readonly events: Int32Array;
  /** [events, items asked for]: score with all events minus score without the one. */
  readonly contributions: Float32Array;
}

/** How far back: 8, since older events are in a state through all that came after them. */
const REACH = 8;

/**
 * Leaves each of the last 8 events of a sequence out, all variants folded side by side from the state before them:
 * at most 8 more steps of a batch of 9. The events after a gap keep the gaps they had. Scores are of `type`, as in
 * `RecurrentScorer.score`; the scorer's batch must be at least 9. A sequence without events has no contributions. Throws
 * a RangeError for an item that the model does not know. The state is that of the fold (`foldStart`), as served.
 */
export const explainByLeavingOut = async (
  scorer: RecurrentScorer,
  events: EventSequences,
  sequence: number,
  items: Int32Array,
  type?: number,
): Promise<LeaveOneOut> => {
  const [start, end] = [events.rowStart[sequence] as number, events.rowStart[sequence + 1] as number];
  const first = Math.max(start, end - REACH);
  const left = Int32Array.from({ length: end - first }, (_, at) => first + at);
  const before = await foldRange(scorer, events, start + foldStart(end - start), first);
  // variant 0 has all events, variant k lacks event first + k − 1
  const states = new Float32Array((left.length + 1) * scorer.stateSize);
  for (let variant = 0; variant <= left.length; variant += 1) states.set(before, variant * scorer.stateSize);
  const stateOf = (variant: number) => states.subarray(variant * scorer.stateSize, (variant + 1) * scorer.stateSize);
  for (const event of left) {
    const skipping = 1 + event - first;
    const kept = stateOf(skipping).slice();
    await scorer.advance(states, events, new Int32Array(left.length + 1).fill(event));
    stateOf(skipping).set(kept);
  }
  const scores = await scorer.score(states, type);
  const catalogue = scores.length / scorer.batch;
  const unknown = items.find((item) => !(item >= 0 && item < catalogue));
  if (unknown !== undefined) throw new RangeError(`item ${unknown} of ${catalogue}`);
  const contributions = new Float32Array(left.length * items.length);
  left.forEach((_, variant) =>
    items.forEach((item, at) => {
      const without = scores[(variant + 1) * catalogue + item] as number;
      contributions[variant * items.length + at] = (scores[item] as number) - without;
    }),
  );
  return { events: left, contributions };
};

const foldRange = async (
  scorer: RecurrentScorer,
  events: EventSequences,
  start: number,
  end: number,
): Promise<Float32Array> => {
  const state = new Float32Array(scorer.stateSize);
  for (let event = start; event < end; event += 1) await scorer.advance(state, events, Int32Array.of(event));
  return state;
};

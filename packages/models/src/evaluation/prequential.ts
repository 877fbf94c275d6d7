/**
 * Cuts of an event log in time. Invariants: training lies strictly before what it is measured on; events of the same
 * time are never parted, so no cut depends on how a sort put them.
 */
export interface EventRange {
  /** Numbers of events, `to` exclusive. */
  readonly from: number;
  readonly to: number;
}

/** First event at or after a time. `times` rise. */
const firstAt = (times: Float64Array, time: number): number => {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  return low;
};

const checkRising = (times: Float64Array): void => {
  for (let at = 1; at < times.length; at += 1)
    if (!((times[at] as number) >= (times[at - 1] as number)))
      throw new RangeError(`event ${at} is older than the one before`);
};

export interface PrequentialStep {
  /** All that a model may have learned from. */
  readonly train: EventRange;
  readonly test: EventRange;
}

/** Test, then train: slices of `sliceMs` from `from` on, each measured before it is learned from; the last may be short. */
export function* prequentialSteps(times: Float64Array, from: number, sliceMs: number): Generator<PrequentialStep> {
  if (!(sliceMs > 0)) throw new RangeError(`slices of ${sliceMs} ms`);
  checkRising(times);
  for (let start = from; firstAt(times, start) < times.length; start += sliceMs) {
    const test = { from: firstAt(times, start), to: firstAt(times, start + sliceMs) };
    if (test.to > test.from) yield { train: { from: 0, to: test.from }, test };
  }
}

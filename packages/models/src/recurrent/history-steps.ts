/**
 * Events of some subjects as steps from state to state. A subject's own steps lead through all its events, one after the
 * other; where an event is left out, steps through those behind it part from the state before it. Invariant: a step comes
 * after the step that it goes on from.
 */

/** Events of a subject, by number, oldest first. */
export interface Stretch {
  readonly start: number;
  /** From here on events are left out in turn; `end` where none is. */
  readonly until: number;
  readonly end: number;
}

export interface HistorySteps {
  readonly count: number;
  /** [count], which of the events: a place in `events`. */
  readonly event: Int32Array;
  /** [count], the step gone on from; of subject s without one −1 − s: its state at the beginning. */
  readonly from: Int32Array;
  /** [events of all stretches], by number. */
  readonly events: Int32Array;
  /** [subjects], the step after which a subject's state stands at `until`, numbered as `from` is. */
  readonly kept: Int32Array;
  /** [Σ (end − until + 1)]: of each subject the last step of all its events, then of those without the first, the second … */
  readonly last: Int32Array;
}

export const historySteps = (stretches: readonly Stretch[]): HistorySteps => {
  let [eventCount, most, rows] = [0, 0, 0];
  for (const { start, until, end } of stretches) {
    const left = end - until;
    eventCount += end - start;
    most += end - start + (left * (left - 1)) / 2;
    rows += left + 1;
  }
  const [event, from] = [new Int32Array(most), new Int32Array(most)];
  const events = new Int32Array(eventCount);
  const kept = new Int32Array(stretches.length);
  const last = new Int32Array(rows);
  let [count, place, row] = [0, 0, 0];
  /** Steps through events at [first, end) of `events` from a step on; returns the last one. */
  const through = (first: number, end: number, before: number): number => {
    let step = before;
    for (let at = first; at < end; at += 1) {
      event[count] = at;
      from[count] = step;
      step = count;
      count += 1;
    }
    return step;
  };
  for (const [subject, { start, until, end }] of stretches.entries()) {
    const [first, middle, behind] = [place, place + until - start, place + end - start];
    for (; place < behind; place += 1) events[place] = start + place - first;
    const own = count;
    const beginning = -1 - subject;
    last[row] = through(first, behind, beginning);
    /** The subject's own step through the event before the one at `at`. */
    const before = (at: number) => (at === first ? beginning : own + at - 1 - first);
    kept[subject] = before(middle);
    row += 1;
    for (let left = middle; left < behind; left += 1, row += 1) last[row] = through(left + 1, behind, before(left));
  }
  return { count, event, from, events, kept, last };
};

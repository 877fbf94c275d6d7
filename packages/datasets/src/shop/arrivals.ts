import { DAY_MS, parameters } from './parameters.ts';
import { activityOf, dayShiftOf } from './people.ts';
import { createRandom, streams } from './random.ts';

/** When people come: gaps between a visit's end and the next arrival, so that the whole shop makes the wanted rate. */
export interface Arrivals {
  readonly pace: number;
  /** Events a second that the people make on average. */
  readonly eventsPerSecond: number;
  /** How long before the start the run begins, so that visits are under way at the start. */
  readonly warmUpMs: number;
  /** Next arrival after a time; `number` is the visit that it begins. */
  nextAfter(time: number, person: number, number: number): number;
}

/** A reader of activities needs no more than these many people to find the gap. */
const SAMPLE = 4096;
const HOURS_MS = 3_600_000;

/** 1 at the busiest hour of a person's day and week; in (0, 1]. */
const likelihoodAt = (time: number, shiftHours: number): number => {
  const { rhythmDepth, weekendLift } = parameters;
  const hour = time / HOURS_MS - shiftHours;
  const day = Math.floor(time / DAY_MS + 4) % 7; // 1970-01-01 was a Thursday
  const weekend = day === 0 || day === 6 ? 1 : 1 / weekendLift;
  return (weekend * (1 + rhythmDepth * Math.cos((2 * Math.PI * (hour - 20)) / 24))) / (1 + rhythmDepth);
};
const MEAN_LIKELIHOOD = (2 + 5 / parameters.weekendLift) / 7 / (1 + parameters.rhythmDepth);

export const createArrivals = (options: {
  seed: number;
  users: number;
  /** Wanted; else people come as `cycleMs` says. */
  eventsPerSecond: number | undefined;
  rhythm: boolean;
  withLists: boolean;
}): Arrivals => {
  const { seed, users, rhythm } = options;
  const perSession = options.withLists ? parameters.eventsPerSessionWithLists : parameters.eventsPerSession;
  const sessionMs = options.withLists ? parameters.sessionMsWithLists : parameters.sessionMs;
  const sample = Math.min(users, SAMPLE);
  const activities = Float64Array.from({ length: sample }, (_, i) => activityOf(seed, i));

  /** Events a second of all people, where an average person pauses `gap` and each visit takes `session`. */
  const rateAt = (gap: number, session: number): number => {
    let sum = 0;
    for (const activity of activities) sum += 1 / (session + gap / activity);
    return (1000 * perSession * sum * users) / sample;
  };
  const wanted = options.eventsPerSecond;
  let pace = 1;
  let gapMs: number = parameters.cycleMs;
  if (wanted !== undefined) {
    const cycle = (1000 * users * perSession) / wanted;
    // people rest for three fifths of their time, or hurry
    pace = Math.min(1, cycle / (2.5 * sessionMs));
    let low = 0;
    let high = cycle * 100;
    for (let i = 0; i < 100; i += 1) {
      gapMs = (low + high) / 2;
      if (rateAt(gapMs, pace * sessionMs) > wanted) low = gapMs;
      else high = gapMs;
    }
  }
  const candidateGap = rhythm ? gapMs * MEAN_LIKELIHOOD : gapMs;
  return {
    pace,
    eventsPerSecond: rateAt(gapMs, pace * sessionMs),
    warmUpMs: Math.round(3 * pace * sessionMs),
    nextAfter: (time, person, number) => {
      const random = createRandom(seed, streams.arrival, person, number);
      const gap = candidateGap / activityOf(seed, person);
      let at = time + gap * random.exponential();
      // thinning (Lewis and Shedler 1979): candidates come at the busiest rate, and are kept by the hour's likelihood
      if (rhythm) {
        const shift = dayShiftOf(seed, person);
        while (random.next() >= likelihoodAt(at, shift)) at += gap * random.exponential();
      }
      return Math.round(at);
    },
  };
};

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
  /** A visit is over. How long lists make visits is not known before: the gaps follow, so that the rate is kept. */
  left(events: number, durationMs: number): void;
}

/** The activities of these many people are enough to find the gap. */
const SAMPLE = 4096;
/** Visits that the running means of their length and duration remember, and between two corrections of the gap. */
const REMEMBERED_VISITS = 300;
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
  let perSession: number = parameters.eventsPerSession;
  let sessionMs: number = parameters.sessionMs;
  const sample = Math.min(users, SAMPLE);
  const activities = Float64Array.from({ length: sample }, (_, i) => activityOf(seed, i));

  /** Events a second of all people, where an average person pauses `gap` and each visit takes `session`. */
  const rateAt = (gap: number, session: number): number => {
    let sum = 0;
    for (const activity of activities) sum += 1 / (session + gap / activity);
    return (1000 * perSession * sum * users) / sample;
  };
  const wanted = options.eventsPerSecond;
  const gapFor = (rate: number): number => {
    let low = 0;
    let high = (100 * 1000 * users * perSession) / rate;
    for (let i = 0; i < 60; i += 1) {
      const middle = (low + high) / 2;
      if (rateAt(middle, sessionMs) > rate) low = middle;
      else high = middle;
    }
    return low;
  };
  // people rest for three fifths of their time, or hurry
  const pace = wanted === undefined ? 1 : Math.min(1, (1000 * users * perSession) / wanted / (2.5 * sessionMs));
  sessionMs *= pace;
  let gapMs = wanted === undefined ? parameters.cycleMs : gapFor(wanted);
  let visits = 0;
  return {
    pace,
    eventsPerSecond: rateAt(gapMs, sessionMs),
    warmUpMs: Math.round(3 * sessionMs),
    nextAfter: (time, person, number) => {
      const random = createRandom(seed, streams.arrival, person, number);
      const gap = (rhythm ? gapMs * MEAN_LIKELIHOOD : gapMs) / activityOf(seed, person);
      let at = time + gap * random.exponential();
      // thinning (Lewis and Shedler 1979): candidates come at the busiest rate, and are kept by the hour's likelihood
      if (rhythm) {
        const shift = dayShiftOf(seed, person);
        while (random.next() >= likelihoodAt(at, shift)) at += gap * random.exponential();
      }
      return Math.round(at);
    },
    left: (events, durationMs) => {
      // without lists the stated means hold, and people don't depend on one another
      if (wanted === undefined || !options.withLists) return;
      perSession += (events - perSession) / REMEMBERED_VISITS;
      sessionMs += (durationMs - sessionMs) / REMEMBERED_VISITS;
      visits += 1;
      if (visits % REMEMBERED_VISITS === 0) gapMs = gapFor(wanted);
    },
  };
};

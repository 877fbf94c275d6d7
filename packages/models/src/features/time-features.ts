import type { EventFeature } from './feature.ts';
import type { SubjectEvents } from './subject-events.ts';

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A pause that ends a session. */
export const SESSION_MS = HOUR_MS / 2;
/** Upper limits of the buckets of a pause. */
const GAP_LIMITS = [5 * SECOND_MS, 15 * SECOND_MS, 60 * SECOND_MS, SESSION_MS, DAY_MS, 7 * DAY_MS];
const POSITION_LIMITS = [1, 2, 3, 5, 9];
const AGE_LIMITS = [1, 3, 7, 14, 30, 90].map((days) => days * DAY_MS);

/** How many limits are at or below. */
const bucketOf = (limits: readonly number[], value: number): number => {
  let bucket = 0;
  while (bucket < limits.length && value >= (limits[bucket] as number)) bucket += 1;
  return bucket;
};

const pauseBefore = ({ times }: SubjectEvents, k: number): number =>
  k === 0 ? Infinity : (times[k] as number) - (times[k - 1] as number);

export const hour: EventFeature = {
  name: 'hour',
  group: 'time',
  definition: "hour of the event's time, UTC; 24 unordered buckets stand for sine and cosine",
  missing: 'an event has a time',
  readers: ['recurrent model'],
  buckets: 24,
  of: ({ times }, k) => Math.floor((times[k] as number) / HOUR_MS) % 24,
};

export const weekday: EventFeature = {
  name: 'weekday',
  group: 'time',
  definition: "weekday of the event's time, UTC; 0 is Monday",
  missing: 'an event has a time',
  readers: ['recurrent model'],
  buckets: 7,
  // 1970-01-01 was a Thursday
  of: ({ times }, k) => (Math.floor((times[k] as number) / DAY_MS) + 3) % 7,
};

export const gap: EventFeature = {
  name: 'gap',
  group: 'time',
  definition: `time since the subject's event before: under 5 s, 15 s, 1 min, 30 min, 1 day, 7 days, or more`,
  missing: 'the first event: a bucket of its own',
  readers: ['recurrent model'],
  buckets: GAP_LIMITS.length + 2,
  of: (events, k) => (k === 0 ? GAP_LIMITS.length + 1 : bucketOf(GAP_LIMITS, pauseBefore(events, k))),
};

export const sessionPosition: EventFeature = {
  name: 'session position',
  group: 'time',
  definition:
    'events of the session before this one: 0, 1, 2, 3–4, 5–8, 9 and more; a pause of 30 minutes ends a session',
  missing: 'never: the first event of a subject is the first of a session',
  readers: ['recurrent model'],
  buckets: POSITION_LIMITS.length + 1,
  of: (events, k) => {
    let before = 0;
    const most = POSITION_LIMITS.at(-1) as number;
    while (before < most && k - before > 0 && pauseBefore(events, k - before) <= SESSION_MS) before += 1;
    return bucketOf(POSITION_LIMITS, before);
  },
};

export const itemAge: EventFeature = {
  name: 'item age',
  group: 'item',
  definition: 'days that the item could be had by the time of the event: under 1, 3, 7, 14, 30, 90, or more',
  missing: 'no item, or one whose beginning nobody knows: a bucket of its own',
  readers: ['recurrent model'],
  buckets: AGE_LIMITS.length + 2,
  of: ({ times, items }, k, { since }) => {
    const age = (times[k] as number) - (since[items[k] as number] ?? Number.NaN);
    return Number.isNaN(age) ? AGE_LIMITS.length + 1 : bucketOf(AGE_LIMITS, Math.max(0, age));
  },
};

import type { BehaviourEvent } from '@nextcart/contracts';
import type { Assortment } from './assortment.ts';
import { dirtShape } from './parameters.ts';
import { visitorIdOf } from './people.ts';
import { hash32, streams, unit } from './random.ts';

/** Crawlers: bursts of views, item after item, faster and longer than a person. Visitors whose numbers follow the people's. */
export interface Robots {
  readonly count: number;
  firstAt(robot: number): number;
  /** When it comes again after a view at `now`. */
  nextAfter(robot: number, now: number): number;
  view(robot: number, now: number, eventId: string): BehaviourEvent;
}

export const createRobots = (options: {
  seed: number;
  users: number;
  startAt: number;
  eventsPerSecond: number;
  share: number;
  assortment: Assortment;
}): Robots => {
  const { seed, users, startAt, share, assortment } = options;
  const { robotBurstMs, robotPauseMs } = dirtShape;
  // their share is of all events, theirs included
  const perSecond = share <= 0 ? 0 : (options.eventsPerSecond * share) / (1 - share);
  // from one view in two seconds on they never rest; a few of them share what is more than one a second
  const resting = perSecond * robotPauseMs < 500;
  const count = perSecond === 0 ? 0 : resting ? 1 : Math.ceil((perSecond * robotPauseMs) / 1000);
  const pauseMs = resting ? robotPauseMs : (1000 * count) / perSecond;
  const duty = resting ? (perSecond * robotPauseMs) / 1000 : 1;
  const cycleMs = robotBurstMs / duty;
  const phases = Float64Array.from({ length: count }, (_, r) => unit(seed, streams.robot, r) * cycleMs);
  const seen = Float64Array.from({ length: count }, (_, r) => hash32(seed, streams.robot, r, 1) % assortment.size);
  /** The time itself within a burst, else the beginning of the next. */
  const within = (robot: number, at: number): number => {
    const phase = (at - startAt + (phases[robot] as number)) % cycleMs;
    return Math.round(phase < robotBurstMs ? at : at + cycleMs - phase);
  };
  return {
    count,
    firstAt: (robot) => within(robot, startAt + Math.round(unit(seed, streams.robot, robot, 2) * pauseMs)),
    nextAfter: (robot, now) => within(robot, now + pauseMs),
    view: (robot, now, eventId) => {
      const item = ((seen[robot] as number) + 1) % assortment.size;
      seen[robot] = item;
      return {
        eventId,
        eventTime: now,
        eventType: 'view',
        visitorId: visitorIdOf(users + robot, 0),
        userId: null,
        sessionId: null,
        itemId: assortment.id(item),
        query: null,
        quantity: null,
        amount: null,
        currency: null,
        recommId: null,
        properties: { device: 'desktop' },
      };
    },
  };
};

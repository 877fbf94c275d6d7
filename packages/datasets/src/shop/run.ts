/**
 * One run of the shop: a heap of what happens next, one entry a person, so memory is people + open visits + what is
 * withheld. Invariants: the clock never falls; the records depend on the options and the lists alone; dirt changes
 * records, never what people do.
 */
import { type BehaviourEvent, subjectOf } from '@nextcart/contracts';
import type { DatasetRecord } from '../dataset.ts';
import type { Arrivals } from './arrivals.ts';
import { type DirtKind, dirtFor } from './dirt.ts';
import type { Lists } from './lists.ts';
import type { DirtRates } from './parameters.ts';
import { eventUuid } from './random.ts';
import type { Robots } from './robots.ts';
import { openSession, type Session } from './session.ts';
import { createTimeHeap } from './time-heap.ts';
import type { World } from './world.ts';

/** A record that is not what happened, by its number in the stream (0-based, catalogue records counted). */
export interface DirtNote {
  readonly record: number;
  readonly kind: DirtKind;
  readonly eventId: string | null;
  readonly clock: number;
}

export interface Run {
  /** The next record, or undefined where the run has an end and it is reached. */
  next(): DatasetRecord | undefined;
  /** Records given out. */
  count(): number;
  clock(): number;
  readonly open: ReadonlyMap<number, Session>;
  readonly notes: DirtNote[];
}

/** Something that is to be sent at a time, or a return that is to happen. */
interface Delayed {
  readonly event: BehaviourEvent;
  readonly why: DirtKind | 'return';
}

interface Outgoing {
  readonly event?: BehaviourEvent;
  readonly raw?: Buffer;
  readonly key: string | null;
  readonly why: DirtKind | null;
  readonly eventId: string | null;
}

export const createRun = (options: {
  world: World;
  users: number;
  startAt: number;
  endAt: number;
  maxEvents: number;
  arrivals: Arrivals;
  robots: Robots;
  dirt: DirtRates;
  lists: Lists | undefined;
}): Run => {
  const { world, users, startAt, endAt, maxEvents, arrivals, robots, dirt } = options;
  const { seed, market, memory } = world;
  const heap = createTimeHeap(users + robots.count + 1024);
  const open = new Map<number, Session>();
  const delayed: (Delayed | undefined)[] = [];
  const free: number[] = [];
  const ready: DatasetRecord[] = [];
  const notes: DirtNote[] = [];
  let readyAt = 0;
  let made = 0;
  let count = 0;
  let clock = startAt - arrivals.warmUpMs;

  const TICK = users + robots.count;
  const FIRST_DELAYED = TICK + 1;
  for (let person = 0; person < users; person += 1) heap.push(arrivals.nextAfter(clock, person, 0), person);
  for (let robot = 0; robot < robots.count; robot += 1) heap.push(robots.firstAt(robot), users + robot);
  heap.push(market.nextTick(), TICK);

  const nextEventId = () => eventUuid(seed, made++);
  const later = (at: number, what: Delayed) => {
    const slot = free.pop() ?? delayed.length;
    delayed[slot] = what;
    heap.push(at, FIRST_DELAYED + slot);
  };
  const send = ({ event, raw, key, why, eventId }: Outgoing) => {
    if (why !== null) notes.push({ record: count + ready.length - readyAt, kind: why, eventId, clock });
    ready.push({
      topic: 'events',
      key,
      clock,
      ...(event === undefined ? {} : { event }),
      ...(raw === undefined ? {} : { raw }),
    });
  };
  const plain = (event: BehaviourEvent, why: DirtKind | null = null) =>
    send({ event, key: subjectOf(event), why, eventId: event.eventId });

  const happened = (event: BehaviourEvent) => {
    if (clock < startAt) return; // the warm-up is not shown, so neither are its repeats
    const action = dirtFor(seed, made, event, dirt);
    if (action === undefined) return plain(event);
    switch (action.kind) {
      case 'changed':
        return plain(action.event, action.why);
      case 'again':
        plain(event);
        return later(clock + action.delayMs, { event, why: 'duplicate' });
      case 'withheld':
        return later(clock + action.delayMs, { event, why: 'late' });
      case 'beside':
        plain(event);
        return send({ raw: action.raw, key: subjectOf(event), why: 'not_avro', eventId: null });
    }
  };
  const deps = {
    world,
    lists: options.lists,
    pace: arrivals.pace,
    nextEventId,
    returnLater: (at: number, event: BehaviourEvent) => later(at, { event, why: 'return' }),
  };

  const person = (slot: number) => {
    let session = open.get(slot);
    if (session === undefined) {
      session = openSession(deps, slot, clock);
      open.set(slot, session);
    }
    const event = session.step(clock);
    if (event === undefined) {
      open.delete(slot);
      arrivals.left(session.events(), clock - session.beganAt);
      return heap.replace(arrivals.nextAfter(clock, slot, memory.sessions[slot] as number), slot);
    }
    heap.replace(clock + session.pauseMs(), slot);
    happened(event);
  };

  /** Lets the next thing happen; it makes no, one or several records. */
  const advance = () => {
    clock = heap.time();
    const slot = heap.slot();
    if (slot < users) return person(slot);
    if (slot < TICK) {
      heap.replace(robots.nextAfter(slot - users, clock), slot);
      return plain(robots.view(slot - users, clock, nextEventId()), 'robot');
    }
    if (slot === TICK) {
      for (const item of market.moveTo(clock)) ready.push({ topic: 'catalog', key: item.itemId, clock, item });
      return heap.replace(market.nextTick(), TICK);
    }
    heap.pop();
    const at = slot - FIRST_DELAYED;
    const { event, why } = delayed[at] as Delayed;
    delayed[at] = undefined;
    free.push(at);
    return why === 'return' ? happened({ ...event, eventId: nextEventId() }) : plain(event, why);
  };

  return {
    next: () => {
      if (count >= maxEvents) return undefined;
      while (readyAt === ready.length) {
        ready.length = 0;
        readyAt = 0;
        if (heap.time() >= endAt) return undefined;
        advance();
      }
      count += 1;
      return ready[readyAt++];
    },
    count: () => count,
    clock: () => clock,
    open,
    notes,
  };
};

import type { Clock } from '@nextcart/runtime';
import type { IdHash } from './list-mark.ts';
import type { ListTail } from './list-tail.ts';
import { RENEWAL_SHARE, type ScorerOptions } from './options.ts';
import { isReserved } from './partition.ts';
import type { ScorerMetrics } from './scorer-metrics.ts';
import { type Home, isFolded } from './subject.ts';

/** A partition with its tail of lists. */
export interface SweptPartition {
  readonly home: Home;
  readonly tail: ListTail;
}

/**
 * Lists that are to be made again though nothing happened: those that run out, that show an item which is gone, or that
 * stand in the log though a newer one was published; and those whose visit has ended, for the next one, where there is
 * nothing else to do. Bounded: slots looked at a tick, lists asked for a tick.
 */
export interface Sweeper {
  /** An item can't be shown any longer. */
  gone(item: IdHash): void;
  /** To be called `SWEEPS_PER_SECOND` times a second. */
  tick(): void;
  waiting(): number;
}

export const SWEEPS_PER_SECOND = 5;
/** A million lists are looked at for their expiry in ten seconds, some 2 ms a tick, and so for the end of their visits. */
const SLOTS_PER_TICK = 20_000;
/** Of the lists that may be made again at a tick, those for next visits: a batch must not be full of them when events come. */
const NEXT_VISIT_SHARE = 0.25;
/** A list for the next visit that could not be made is asked for again. */
const ASKED_AGAIN_MS = 60_000;
/** Items looked for in one pass over the lists. */
const MAX_GONE = 256;
/** An older record of ours is followed by the newer one within this, unless the tail is behind: then one list too many goes out. */
const STALE_MS = 2000;

export const createSweeper = (deps: {
  clock: Clock;
  metrics: ScorerMetrics;
  options: Pick<ScorerOptions, 'listTtlMs' | 'refreshPerSecond'>;
  partitions: () => Iterable<SweptPartition>;
  /** A list to be made again. */
  refresh: (home: Home, key: string, forced: boolean) => void;
  /** Whether events wait: their lists come first. */
  isBusy: () => boolean;
  /** A list to be made for the subject's next visit. */
  prepare: (home: Home, key: string) => void;
}): Sweeper => {
  const { clock, metrics, options } = deps;
  const cursors = new WeakMap<Home, number>();
  const visitCursors = new WeakMap<Home, number>();
  const waiting = new Map<Home, Map<string, boolean>>();
  let goneItems: IdHash[] = [];
  /** The pass that is under way: its items, and the slots still to be looked at. */
  let pass: { items: readonly IdHash[]; left: { home: Home; next: number; end: number }[] } | undefined;

  const want = (home: Home, key: string, forced: boolean) => {
    let keys = waiting.get(home);
    if (keys === undefined) waiting.set(home, (keys = new Map()));
    keys.set(key, forced || (keys.get(key) ?? false));
  };

  const lookForExpiry = (home: Home) => {
    const { lists } = home;
    const before = clock.now() + RENEWAL_SHARE * options.listTtlMs;
    const first = cursors.get(home) ?? 0;
    const end = Math.min(lists.size(), first + SLOTS_PER_TICK);
    for (let slot = first; slot < end; slot += 1)
      if (lists.expiresAt(slot) <= before) want(home, lists.key(slot), false);
    cursors.set(home, end >= lists.size() ? 0 : end);
  };

  /** Asks for at most so many. */
  const lookForEndedVisits = (home: Home, most: number) => {
    const { lists } = home;
    const now = clock.now();
    let asked = 0;
    let slot = visitCursors.get(home) ?? 0;
    const end = Math.min(lists.size(), slot + SLOTS_PER_TICK);
    for (; slot < end && asked < most; slot += 1) {
      if (lists.visitEnd(slot) > now) continue;
      lists.setVisitEnd(slot, now + ASKED_AGAIN_MS);
      deps.prepare(home, lists.key(slot));
      asked += 1;
    }
    visitCursors.set(home, slot >= lists.size() ? 0 : slot);
  };

  const lookForGone = () => {
    if (pass === undefined) {
      if (goneItems.length === 0) return;
      const left = Array.from(deps.partitions(), ({ home }) => ({ home, next: 0, end: home.lists.size() }));
      pass = { items: goneItems.slice(0, MAX_GONE), left };
      goneItems = goneItems.slice(MAX_GONE);
    }
    for (let looks = SLOTS_PER_TICK; looks > 0; ) {
      const part = pass.left.at(-1);
      if (part === undefined) {
        pass = undefined;
        return;
      }
      const { home } = part;
      const stop = Math.min(part.end, part.next + looks);
      looks -= stop - part.next;
      for (; part.next < stop; part.next += 1)
        if (!home.lists.isEmpty(part.next) && home.lists.showsAny(part.next, pass.items))
          want(home, home.lists.key(part.next), false);
      if (part.next >= part.end) pass.left.pop();
    }
  };

  return {
    gone: (item) => void goneItems.push(item),
    waiting: () => {
      let sum = 0;
      for (const keys of waiting.values()) sum += keys.size;
      return sum;
    },
    tick: () => {
      for (const { home, tail } of deps.partitions()) {
        if (!isFolded(home)) continue;
        for (const key of tail.takeStale(STALE_MS)) {
          if (!isReserved(key)) metrics.stale.inc();
          want(home, key, true);
        }
        for (const key of tail.takeShowingGone()) want(home, key, false);
        lookForExpiry(home);
      }
      lookForGone();
      const most = Math.max(1, options.refreshPerSecond / SWEEPS_PER_SECOND);
      let left = most;
      for (const [home, keys] of waiting) {
        if (home.closed || keys.size === 0) waiting.delete(home);
        for (const [key, forced] of keys) {
          if (left <= 0 || !isFolded(home)) break;
          left -= 1;
          keys.delete(key);
          deps.refresh(home, key, forced);
        }
      }
      if (left < most || deps.isBusy()) return;
      const ready = Array.from(deps.partitions(), ({ home }) => home).filter(isFolded);
      for (const home of ready) lookForEndedVisits(home, Math.ceil((NEXT_VISIT_SHARE * most) / ready.length));
    },
  };
};

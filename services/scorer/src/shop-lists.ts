import { NextcartError, STRANGERS_KEY, similarItemsKey } from '@nextcart/contracts';
import type { RankedKind } from '@nextcart/ranking';
import type { Clock } from '@nextcart/runtime';
import type { Catalogue } from './catalogue.ts';
import type { Engine } from './engine.ts';
import { hashText } from './list-mark.ts';
import type { Draft, Publisher } from './publisher.ts';
import type { ScorerMetrics } from './scorer-metrics.ts';
import type { Sender } from './sender.ts';
import type { Home } from './subject.ts';

/**
 * The lists that are nobody's: `*` for strangers, `item:ID` for what is similar to an item. Made beside the hot path, at
 * a bounded rate, of the snapshots' own time. Each key belongs to one partition by a hash of its id (strangers to
 * partition 0), so every scorer does its share, and where a list lies depends on nobody's partitioner.
 */
export interface ShopLists {
  /** A snapshot, a catalogue text or an assignment changed what lists are made from. */
  snapshotChanged(kind: RankedKind): void;
  assigned(home: Home): void;
  /** One key again, because its list runs out, is stale or shows an item that is gone. */
  request(home: Home, key: string, forced: boolean): void;
  /** Makes some lists; to be called `TICKS_PER_SECOND` times a second. */
  tick(): Promise<void>;
  waiting(): number;
}

export const TICKS_PER_SECOND = 20;
const ITEM_PREFIX = similarItemsKey('');
/** What similar items are made from; trending only breaks ties there. */
const SIMILAR_KINDS: readonly RankedKind[] = ['covisits', 'copurchases', 'sessions'];
/** A shop that edits texts all day must not have all lists made again and again. */
const TEXT_CYCLE_MS = 10 * 60 * 1000;

export const createShopLists = (deps: {
  engine: Engine;
  catalogue: Catalogue;
  publisher: Publisher;
  sender: Sender;
  clock: Clock;
  metrics: ScorerMetrics;
  /** Partitions of the lists' topic. */
  partitions: number;
  perSecond: number;
  homes: () => Iterable<Home>;
  /** Subjects come first. */
  isBusy: () => boolean;
}): ShopLists => {
  const { engine, catalogue, publisher, clock, metrics } = deps;
  /** By key; true where forced. */
  const requested = new Map<string, boolean>();
  let cycle: Iterator<string> | undefined;
  let cycleWanted = false;
  let textVersion = 0;
  let textCycleAt = Number.NEGATIVE_INFINITY;

  const homeOf = (key: string): Home | undefined => {
    const partition = key === STRANGERS_KEY ? 0 : (hashText(key).high >>> 0) % deps.partitions;
    for (const home of deps.homes()) if (home.partition === partition && home.learned && !home.closed) return home;
    return undefined;
  };

  const draftOf = (key: string, forced: boolean): Draft | null => {
    const home = homeOf(key);
    if (home === undefined) return null;
    const at = clock.now();
    const now = engine.asOf;
    const stamps = {
      ...{ triggerOffset: -1, visitEnd: Number.POSITIVE_INFINITY, eventTime: now },
      ...{ appendedAt: at, receivedAt: at, stateAt: at, scoredAt: at },
    };
    const strangers = key === STRANGERS_KEY;
    const itemId = key.slice(ITEM_PREFIX.length);
    const kind = strangers ? 'strangers' : 'item';
    if (!strangers && catalogue.item(itemId) === undefined) return publisher.forget(home, key, -1, forced);
    const ranked = strangers ? engine.ranker.strangers(now) : engine.ranker.similar(itemId, now);
    const draft = publisher.list(home, key, ranked, { ...stamps, scoredAt: clock.now() }, forced);
    if (draft === null) metrics.suppressed.inc({ kind });
    else metrics.published.inc({ kind });
    return draft;
  };

  /** The next key to make: what was asked for, then the catalogue in its own order. */
  const nextKey = (): { key: string; forced: boolean } | undefined => {
    for (const [key, forced] of requested) {
      requested.delete(key);
      return { key, forced };
    }
    if (cycle === undefined && cycleWanted) {
      cycleWanted = false;
      textVersion = catalogue.features.categoryVersion;
      textCycleAt = clock.monotonic();
      cycle = Array.from(catalogue.state.entries(), ({ item }) => similarItemsKey(item.itemId)).values();
    }
    for (let next = cycle?.next(); next !== undefined; next = cycle?.next()) {
      if (next.done === true) {
        cycle = undefined;
        return undefined;
      }
      if (homeOf(next.value) !== undefined) return { key: next.value, forced: false };
    }
    return undefined;
  };

  return {
    snapshotChanged: (kind) => {
      requested.set(STRANGERS_KEY, requested.get(STRANGERS_KEY) ?? false);
      if (SIMILAR_KINDS.includes(kind)) cycleWanted = true;
    },
    assigned: () => {
      requested.set(STRANGERS_KEY, requested.get(STRANGERS_KEY) ?? false);
      cycleWanted = true;
    },
    request: (home, key, forced) => {
      if (homeOf(key) === home) requested.set(key, forced || (requested.get(key) ?? false));
    },
    waiting: () => requested.size,
    tick: async () => {
      const texts = catalogue.features.categoryVersion !== textVersion;
      if (texts && clock.monotonic() - textCycleAt > TEXT_CYCLE_MS) cycleWanted = true;
      const drafts: Draft[] = [];
      for (let made = 0; made < Math.max(1, deps.perSecond / TICKS_PER_SECOND) && !deps.isBusy(); made += 1) {
        const next = nextKey();
        if (next === undefined) break;
        const draft = draftOf(next.key, next.forced);
        if (draft !== null) drafts.push(draft);
      }
      const owned = drafts.filter(({ home }) => !home.closed);
      if (owned.length === 0) return;
      if (!(await deps.sender.send(owned.map(publisher.finish))))
        throw new NextcartError('internal', 'the scorer was closed', { retry: false });
    },
  };
};

import type { OutgoingRecord } from '@nextcart/kafka';
import {
  interleaveLists,
  type ListOrigin,
  namedSnapshots,
  type RankedList,
  recommIdOf,
  UNTRAINED,
  withDraws,
} from '@nextcart/ranking';
import type { Clock } from '@nextcart/runtime';
import type { Catalogue } from './catalogue.ts';
import { createListEncoder, type ListDraft } from './encode-list.ts';
import type { Engine } from './engine.ts';
import { createItemBytes } from './item-bytes.ts';
import { clearMark, createListMark, type ListMark, markBreak, markItem } from './list-mark.ts';
import { RENEWAL_SHARE, type ScorerOptions } from './options.ts';
import type { Home } from './subject.ts';

/** The stamps of a list, epoch ms, and when the visit ends that it is for: Infinity where it is for the next one, or nobody's. */
export interface ListStamps {
  readonly visitEnd: number;
  readonly triggerOffset: number;
  readonly eventTime: number;
  readonly appendedAt: number;
  readonly receivedAt: number;
  readonly stateAt: number;
  readonly scoredAt: number;
}

/** A list that is ready but for the moment when it leaves; remembered as the key's last list already. */
export interface Draft {
  readonly home: Home;
  readonly key: string;
  /** Null for a tombstone. */
  readonly body: ListDraft | null;
  readonly expiresAt: number;
}

/** What the release that is interleaved would show. */
export interface Rival {
  readonly list: RankedList;
  /** Of the two releases. */
  readonly name: string;
}

/**
 * Ranked lists as records. A list is published only where its items or its next purchases, in their order, are others than
 * those of the last list of its key, where that one runs out, or where it is forced. A chance that moves alone is no reason:
 * it does with every event, and who shows a list shows the same. Nothing to show is a tombstone, or nothing at all
 * where nothing was shown before.
 */
export interface Publisher {
  /**
   * Null where nothing changed. To be called in the turn in which the list was ranked: it names what that was made from.
   * With a rival, what is published is drafted out of both.
   */
  list(home: Home, key: string, ranked: RankedList, stamps: ListStamps, forced: boolean, rival?: Rival): Draft | null;
  /** The same for a key that is to show nothing. */
  forget(home: Home, key: string, triggerOffset: number, forced: boolean): Draft | null;
  finish(draft: Draft): OutgoingRecord;
}

const NOTHING = createListMark();

export const createPublisher = (deps: {
  engine: Engine;
  catalogue: Catalogue;
  schemaId: number;
  clock: Clock;
  options: Pick<ScorerOptions, 'listsTopic' | 'listTtlMs'>;
}): Publisher => {
  const { engine, catalogue, clock, options } = deps;
  const itemBytes = createItemBytes(catalogue.item);
  const encoder = createListEncoder({ schemaId: deps.schemaId });
  const mark: ListMark = createListMark();
  /**
   * After a takeover, a list of a trigger that we have not come to stands in the log: it covers ours, and ours would be
   * the older one. A trigger beyond the log is of a log that was deleted, and covers nothing.
   */
  const isCovered = ({ lists, end }: Home, slot: number, triggerOffset: number): boolean =>
    slot !== -1 && triggerOffset < lists.trigger(slot) && lists.trigger(slot) < end;

  const forget: Publisher['forget'] = (home, key, triggerOffset, forced) => {
    const slot = home.lists.slot(key);
    // a list that is not read back yet may stand in the log, and nobody would ask again
    const isShown = slot === -1 ? !home.readBack : !home.lists.isEmpty(slot);
    if (!forced && (!isShown || isCovered(home, slot, triggerOffset))) return null;
    home.lists.set(key, NOTHING, triggerOffset, 0);
    return { home, key, body: null, expiresAt: 0 };
  };

  const originOf = (
    { visitEnded }: RankedList,
    home: Home,
    subject: string,
    triggerOffset: number,
    release: string,
  ): ListOrigin => ({
    ...{ release, snapshots: namedSnapshots(engine.snapshots, visitEnded) },
    ...{ catalogPosition: catalogue.state.positionText(), partition: home.partition, triggerOffset, subject },
  });

  const releaseOf = ({ usesModels }: RankedList): string => (usesModels ? engine.release : UNTRAINED);
  const nameOf = (origin: ListOrigin) => ({ ...origin, recommId: recommIdOf(origin) });

  /** The list, who drafted it, and its name. */
  const draftedOf = (ranked: RankedList, rival: Rival, origin: ListOrigin) => {
    const named = nameOf(origin);
    return { ...interleaveLists(ranked.items, rival.list.items, named.recommId), named };
  };

  return {
    forget,
    list: (home, key, ranked, stamps, forced, rival) => {
      clearMark(mark);
      const { triggerOffset } = stamps;
      const drafted = rival && draftedOf(ranked, rival, originOf(ranked, home, key, triggerOffset, rival.name));
      const { items } = drafted ?? ranked;
      const { nextPurchases } = ranked; // of the release in force, always
      const bytes = items.map(({ itemId }) => itemBytes(itemId));
      if (bytes.length === 0) return forget(home, key, triggerOffset, forced);
      const next = nextPurchases.map(({ itemId }) => itemBytes(itemId));
      for (const item of bytes) markItem(mark, item);
      if (next.length > 0) markBreak(mark);
      for (const item of next) markItem(mark, item);
      const { lists } = home;
      const slot = lists.slot(key);
      if (!forced && isCovered(home, slot, triggerOffset)) return null;
      const now = clock.now();
      const stands = slot !== -1 && lists.same(slot, mark);
      if (stands && !forced && lists.expiresAt(slot) - now > RENEWAL_SHARE * options.listTtlMs) {
        lists.setVisitEnd(slot, stamps.visitEnd);
        return null;
      }
      const expiresAt = now + options.listTtlMs;
      const named = drafted?.named ?? nameOf(originOf(ranked, home, key, triggerOffset, releaseOf(ranked)));
      const snapshots = withDraws(named.snapshots, { items, teams: drafted?.teams ?? null });
      const body = encoder.draft({ ...stamps, ...named, snapshots, items, nextPurchases }, bytes, next);
      lists.set(key, mark, triggerOffset, expiresAt, stamps.visitEnd);
      return { home, key, body, expiresAt };
    },
    finish: ({ home, key, body, expiresAt }) => ({
      topic: options.listsTopic,
      partition: home.partition,
      key: Buffer.from(key),
      value: body === null ? null : encoder.finish(body, clock.now(), expiresAt),
    }),
  };
};

import type { Kafka, Tail } from '@nextcart/kafka';
import type { Clock } from '@nextcart/runtime';
import type { LastLists } from './last-lists.ts';
import { createListMark, type IdHash } from './list-mark.ts';
import { createListHead, createListReader } from './read-list-head.ts';

/**
 * Law 7: what stands in the log is read back, from the partition's start. The newest list of a key is the one with the
 * highest trigger; where the log ends with an older one (written late by a frozen predecessor), or with another of the
 * same trigger, the key is suspect until a record clears it: our own records come back in order, a moment later. So is a
 * key whose newest list is a predecessor's and older than what was folded here: nothing may have been published for that,
 * because the list before it stood, or there was none to take back. What a predecessor made without models in a rush is
 * still owed.
 */
export interface ListTail {
  /** Resolves when the partition has been read up to the end that it had. */
  readonly learned: Promise<void>;
  /** Keys that have been suspect for longer than the time; they are no longer. */
  takeStale(olderThanMs: number): string[];
  /** Keys whose list, as it was read back, shows an item that is gone; asked once. */
  takeShowingGone(): string[];
  close(): Promise<void>;
}

const NOTHING = createListMark();

export const startListTail = async (deps: {
  kafka: Kafka;
  clock: Clock;
  topic: string;
  partition: number;
  lists: LastLists;
  visitGapMs: number;
  isGone: (item: IdHash) => boolean;
  /** Events below this offset are folded. */
  foldedBelow: () => number;
  /** Whether a key's list is to be made by models. */
  asksModels: (key: string) => boolean;
  /** Keys whose list, as it was read back, was made without them all the same. */
  owed: Set<string>;
}): Promise<ListTail> => {
  const { kafka, clock, topic, partition, lists, foldedBelow, owed } = deps;
  const read = createListReader(deps.isGone);
  const head = createListHead();
  const suspects = new Map<string, number>();
  const showingGone = new Set<string>();
  let learning = true;

  const see = (key: string, value: Buffer | null) => {
    if (value !== null && !read(value, head)) return;
    const slot = lists.slot(key);
    const known = slot === -1 ? Number.NEGATIVE_INFINITY : lists.trigger(slot);
    if (value === null) {
      showingGone.delete(key);
      const isShown = slot !== -1 && !lists.isEmpty(slot);
      // a predecessor's, or ours that a list of ours follows
      if (isShown && !learning) suspects.set(key, clock.monotonic());
      else suspects.delete(key);
      if (isShown && learning) lists.set(key, NOTHING, known, 0);
      return;
    }
    const { mark, triggerOffset, expiresAt, forVisitOf } = head;
    const isOther = !learning && !(slot !== -1 && lists.same(slot, mark));
    // ours are known before they are sent: one of a trigger above that is a predecessor's
    const isStale = triggerOffset < known || (isOther && (triggerOffset === known || triggerOffset < foldedBelow()));
    if (isStale) suspects.set(key, clock.monotonic());
    else suspects.delete(key);
    if (triggerOffset < known || (triggerOffset === known && isOther)) return;
    lists.set(key, mark, triggerOffset, expiresAt, forVisitOf + deps.visitGapMs);
    if (learning && head.showsGone) showingGone.add(key);
    else showingGone.delete(key);
    if (!learning) return;
    if (head.byModels) owed.delete(key);
    else if (deps.asksModels(key)) owed.add(key);
  };

  const offsets = await kafka.admin.offsets(topic);
  const start = offsets.find((each) => each.partition === partition)?.start ?? 0;
  const tail: Tail = await kafka.tail({
    topic,
    from: new Map([[partition, start]]),
    fetch: 'bulk',
    onRecords: (_, records) => {
      for (const { key, value } of records) if (key !== null) see(key.toString('utf8'), value);
      return Promise.resolve();
    },
  });
  return {
    learned: tail.caughtUp.then(() => {
      learning = false;
    }),
    takeStale: (olderThanMs) => {
      const before = clock.monotonic() - olderThanMs;
      const stale = [...suspects].filter(([, since]) => since <= before).map(([key]) => key);
      for (const key of stale) suspects.delete(key);
      return stale;
    },
    takeShowingGone: () => {
      const keys = [...showingGone];
      showingGone.clear();
      return keys;
    },
    close: () => tail.close(),
  };
};

import { type PublishedList, readDeedsAfter, type Store } from '@nextcart/clickhouse';
import type { EventType } from '@nextcart/contracts';
import { comparePaired, hitAt, ndcgAt, type PairedComparison } from '@nextcart/models';
import type { ListRange } from './list-range.ts';
import { readPublished } from './published-pages.ts';
import type { Recomputer } from './recompute-lists.ts';
import { isNobodys, triggeredSubjects } from './trigger-states.ts';

/** What counts as taking something up. */
export const deedTypes: readonly EventType[] = ['click', 'cart', 'purchase'];
export const CUT = 20;
const BOOTSTRAP = { seed: 1, resamples: 1000 };

/** Means over subjects of their lists' means, with the 95 % interval over subjects. */
export interface WhatIfFigures {
  readonly hit: PairedComparison;
  readonly ndcg: PairedComparison;
}

/** Lists that one release published, as they were and as they would have been. */
export interface WhatIfRow {
  readonly release: string;
  readonly lists: number;
  readonly subjects: number;
  readonly published: WhatIfFigures;
  readonly recomputed: WhatIfFigures;
  /** Recomputed − published, subject by subject. */
  readonly gain: WhatIfFigures;
}

export interface WhatIfReport {
  /** Published in the range. */
  readonly lists: number;
  /** By the release that published, then all of them together (release empty) where there are several. */
  readonly rows: readonly WhatIfRow[];
  /** Lists of subjects that did nothing after them within the range. */
  readonly withoutDeed: number;
  /** Of the lists that count, those within the events that the release was trained on: what it says there is too good. */
  readonly inTraining: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly stopped: boolean;
}

/** Sums of one subject under one release. */
interface Sums {
  lists: number;
  publishedHit: number;
  publishedNdcg: number;
  recomputedHit: number;
  recomputedNdcg: number;
}
const NOTHING: Sums = { lists: 0, publishedHit: 0, publishedNdcg: 0, recomputedHit: 0, recomputedNdcg: 0 };

const rowOf = (release: string, subjects: readonly Sums[]): WhatIfRow => {
  const means = (sum: (of: Sums) => number) => Float64Array.from(subjects, (of) => sum(of) / of.lists);
  const nothing = new Float64Array(subjects.length);
  const hits = [means((of) => of.publishedHit), means((of) => of.recomputedHit)] as const;
  const ndcgs = [means((of) => of.publishedNdcg), means((of) => of.recomputedNdcg)] as const;
  const level = (at: 0 | 1): WhatIfFigures => ({
    hit: comparePaired(hits[at], nothing, BOOTSTRAP),
    ndcg: comparePaired(ndcgs[at], nothing, BOOTSTRAP),
  });
  return {
    release,
    lists: subjects.reduce((sum, of) => sum + of.lists, 0),
    subjects: subjects.length,
    published: level(0),
    recomputed: level(1),
    gain: {
      hit: comparePaired(hits[1], hits[0], BOOTSTRAP),
      ndcg: comparePaired(ndcgs[1], ndcgs[0], BOOTSTRAP),
    },
  };
};

const together = (all: Iterable<ReadonlyMap<string, Sums>>): Sums[] => {
  const sums = new Map<string, Sums>();
  for (const subjects of all)
    for (const [subject, of] of subjects) {
      const known = sums.get(subject) ?? { ...NOTHING };
      for (const name of Object.keys(NOTHING) as (keyof Sums)[]) known[name] += of[name];
      sums.set(subject, known);
    }
  return [...sums.values()];
};

/** Lists of one trigger follow each other where nothing happened: only the last was there when the next deed was done. */
const lastOfTriggers = (lists: readonly PublishedList[]): readonly PublishedList[] => {
  const keyOf = ({ subject, triggerOffset }: PublishedList) => `${triggerOffset} ${subject}`;
  const last = new Map(lists.map((list) => [keyOf(list), list]));
  return lists.filter((list) => last.get(keyOf(list)) === list);
};

/**
 * What another release would have shown, beside what was shown, by what the subject did next: its first click, cart or
 * purchase above the list's trigger, up to the newest trigger of the range. Lists that are nobody's are left out.
 */
export const replayWhatIf = async (
  deps: {
    readonly store: Store;
    readonly topicIds: { readonly lists: string; readonly events: string };
    readonly recomputer: Recomputer;
  },
  options: {
    readonly range: ListRange;
    readonly release: string;
    /** Offsets below which the release has seen a partition's events. */
    readonly trainedBelow: ReadonlyMap<number, number>;
    readonly onTotal?: (lists: number) => void;
    readonly onProgress?: (done: number) => void;
    readonly signal?: AbortSignal;
  },
): Promise<WhatIfReport> => {
  const { store, topicIds, recomputer } = deps;
  const byRelease = new Map<string, Map<string, Sums>>();
  const skipped: Record<string, number> = {};
  let [withoutDeed, inTraining, done, stopped] = [0, 0, 0, false];

  const count = (list: PublishedList, recomputed: readonly string[], target: string) => {
    let subjects = byRelease.get(list.release);
    if (subjects === undefined) byRelease.set(list.release, (subjects = new Map()));
    const sums = subjects.get(list.subject) ?? { ...NOTHING };
    subjects.set(list.subject, sums);
    const targets = new Set([target]);
    sums.lists += 1;
    sums.publishedHit += hitAt(list.itemIds, targets, CUT);
    sums.publishedNdcg += ndcgAt(list.itemIds, targets, CUT);
    sums.recomputedHit += hitAt(recomputed, targets, CUT);
    sums.recomputedNdcg += ndcgAt(recomputed, targets, CUT);
  };
  /** By subject and trigger: the item of the next deed. */
  const nextDeeds = async (partition: number, lists: readonly PublishedList[], upTo: number) => {
    const subjects = triggeredSubjects(lists);
    const deeds = Map.groupBy(
      subjects.length === 0
        ? []
        : await readDeedsAfter(store, topicIds.events, partition, { subjects, types: deedTypes, upTo }),
      ({ subject }) => subject,
    );
    return (list: PublishedList) => deeds.get(list.subject)?.find(({ offset }) => offset > list.triggerOffset)?.itemId;
  };

  const partitions = await readPublished(store, topicIds.lists, options.range);
  const lists = partitions.reduce((sum, partition) => sum + partition.lists, 0);
  options.onTotal?.(lists);
  for (const { partition, newestTrigger, pages } of partitions) {
    for await (const page of pages()) {
      if (options.signal?.aborted) {
        stopped = true;
        break;
      }
      const own = lastOfTriggers(page.filter((list) => !isNobodys(list)));
      const targetOf = await nextDeeds(partition, own, newestTrigger);
      const counting = own.filter((list) => targetOf(list) !== undefined);
      withoutDeed += own.length - counting.length;
      for (const { published, skipped: reason, items } of await recomputer.recompute(counting, () => options.release)) {
        if (reason !== null) {
          skipped[reason] = (skipped[reason] ?? 0) + 1;
          continue;
        }
        if (published.triggerOffset < (options.trainedBelow.get(published.eventsPartition) ?? 0)) inTraining += 1;
        count(
          published,
          items.map(({ itemId }) => itemId),
          targetOf(published) as string,
        );
      }
      done += page.length;
      options.onProgress?.(done);
    }
  }
  const rows = [...byRelease].map(([release, subjects]) => rowOf(release, [...subjects.values()]));
  if (rows.length > 1) rows.push(rowOf('', together(byRelease.values())));
  return { lists, rows, withoutDeed, inTraining, skipped, stopped };
};

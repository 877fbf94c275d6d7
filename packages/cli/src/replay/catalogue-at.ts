import { readCatalog, readCatalogChanges, type Store } from '@nextcart/clickhouse';
import type { CatalogItem, ItemIndex } from '@nextcart/contracts';
import { type CatalogFeatures, createCatalogFeatures, type RankingConfiguration } from '@nextcart/ranking';

/**
 * The catalogue as it was at the position that a list names, from the rows of its records. Lists of several scorers name
 * positions that lie before and after each other, so it is moved back as well as on. Invariant: after `goTo(p)` each item
 * is its newest record below p, or absent where that one removed it.
 */
export interface CatalogueAt {
  readonly features: CatalogFeatures;
  has(itemId: string): boolean;
  /** Makes every position between the two (by partition, exclusive) one that can be gone to. */
  cover(low: readonly number[], high: readonly number[]): Promise<void>;
  goTo(position: readonly number[]): void;
}

interface Change {
  readonly offset: number;
  readonly itemId: string;
  readonly item: CatalogItem | undefined;
  /** What it took the place of; known once it was applied. */
  before: CatalogItem | undefined;
}

/** Records of one partition below `end`, of which those in front of `at` are applied; `first`: what can be gone back to. */
interface Stretch {
  first: number;
  end: number;
  changes: Change[];
  at: number;
}

/** '3,0' as offsets by partition; empty for a catalogue of which nothing was read. */
export const parsePosition = (text: string): number[] => (text === '' ? [] : text.split(',').map(Number));

export const createCatalogueAt = (deps: {
  readonly store: Store;
  readonly topicId: string;
  readonly index: ItemIndex;
  readonly configuration: RankingConfiguration;
}): CatalogueAt => {
  const { store, topicId, index } = deps;
  let items = new Map<string, CatalogItem>();
  let stretches: Stretch[] | undefined;
  const features = createCatalogFeatures({
    index,
    catalog: { item: (at) => items.get(index.id(at)) },
    configuration: deps.configuration,
  });

  const put = (itemId: string, item: CatalogItem | undefined) => {
    if (item === undefined) items.delete(itemId);
    else items.set(itemId, item);
    features.refresh(index.add(itemId));
  };
  const begin = async (low: readonly number[]) => {
    const before = items;
    const stored = await readCatalog(store, { topicId, before: new Map(low.entries()) });
    items = new Map(stored.map(({ item }) => [item.itemId, item]));
    for (const itemId of new Set([...before.keys(), ...items.keys()])) features.refresh(index.add(itemId));
    stretches = low.map((first) => ({ first, end: first, changes: [], at: 0 }));
  };

  return {
    features,
    has: (itemId) => items.has(itemId),
    cover: async (low, high) => {
      // a partition that a position does not name was not read yet
      const width = Math.max(low.length, high.length, stretches?.length ?? 0);
      const lowest = Array.from({ length: width }, (_, p) => low[p] ?? 0);
      if (stretches === undefined || lowest.some((from, p) => from < (stretches?.[p]?.first ?? 0))) await begin(lowest);
      const known = stretches as unknown as Stretch[];
      while (known.length < width) known.push({ first: 0, end: 0, changes: [], at: 0 });
      for (const [partition, stretch] of known.entries()) {
        // what nobody goes back behind need not be remembered
        const done = stretch.changes.findIndex(
          ({ offset }, at) => at >= stretch.at || offset >= (lowest[partition] as number),
        );
        const gone = done === -1 ? stretch.changes.length : done;
        const newest = stretch.changes.splice(0, gone).at(-1);
        stretch.at -= gone;
        if (newest !== undefined) stretch.first = newest.offset + 1;
        const before = high[partition] ?? 0;
        if (before <= stretch.end) continue;
        for (const { offset, itemId, item } of await readCatalogChanges(store, {
          ...{ topicId, partition, first: stretch.end, before },
        }))
          stretch.changes.push({ offset, itemId, item: item ?? undefined, before: undefined });
        stretch.end = before;
      }
    },
    goTo: (position) => {
      for (const [partition, stretch] of (stretches ?? []).entries()) {
        const before = position[partition] ?? 0;
        for (let next = stretch.changes[stretch.at]; next !== undefined && next.offset < before; ) {
          next.before = items.get(next.itemId);
          put(next.itemId, next.item);
          stretch.at += 1;
          next = stretch.changes[stretch.at];
        }
        for (let last = stretch.changes[stretch.at - 1]; last !== undefined && last.offset >= before; ) {
          put(last.itemId, last.before);
          stretch.at -= 1;
          last = stretch.changes[stretch.at - 1];
        }
      }
    },
  };
};

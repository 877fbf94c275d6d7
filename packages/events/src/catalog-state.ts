import { type CatalogItem, categoryText } from '@nextcart/contracts';
import { type ByteKeys, createByteKeys } from './byte-keys.ts';

/** What cleaning wants of the catalogue. */
export interface CatalogLookup {
  get(itemId: string): CatalogFacts | undefined;
  /** The same by the UTF-8 bytes of an id, where they lie; where it is not there, `get` is asked. */
  find?(bytes: Uint8Array, start: number, end: number): CatalogFacts | undefined;
}

export interface CatalogFacts {
  /** Path text; empty where the item has none. */
  readonly category: string;
  /** Empty where the item has none. */
  readonly brand: string;
  /** Of one piece. */
  readonly priceUnits: bigint | null;
  readonly currency: string | null;
}

/** An item as it is now. `item` is the same object until a record replaces it. */
export interface CatalogEntry extends CatalogFacts {
  readonly item: CatalogItem;
}

/**
 * catalog.v1 folded by item: the newest record of an item holds, a tombstone removes it. The state after offsets < n
 * depends on the log alone, so a list that names its position can be recomputed.
 */
export interface CatalogState extends CatalogLookup {
  get(itemId: string): CatalogEntry | undefined;
  find(bytes: Uint8Array, start: number, end: number): CatalogEntry | undefined;
  /** Next record of a partition; `null` is a tombstone. False where its offset is already folded. */
  fold(partition: number, offset: number, itemId: string, item: CatalogItem | null): boolean;
  /** Takes items as they were before `position` (next offset by partition), as the store kept them, and goes on from there. */
  seed(items: Iterable<CatalogItem>, position: readonly number[]): void;
  entries(): Iterable<CatalogEntry>;
  /** Next offset by partition; 0 where nothing was folded. */
  position(): number[];
  /** As lists carry it: '3,0'. */
  positionText(): string;
}

export const createCatalogState = (): CatalogState => {
  const byId = new Map<string, CatalogEntry>();
  /** Made at the first question by bytes: most readers of a catalogue have none. */
  let byBytes: ByteKeys<CatalogEntry> | null = null;
  /** One string for a text that many items have: whoever looks it up finds its hash in the processor's caches. */
  const texts = new Map<string, string>();
  const shared = (text: string): string => {
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    return known ?? text;
  };
  const entryOf = (item: CatalogItem): CatalogEntry => ({
    item,
    category: shared(categoryText(item.category)),
    brand: shared(item.brand ?? ''),
    priceUnits: item.price,
    currency: item.currency,
  });
  const next: number[] = [];
  const nextOf = (partition: number): number => {
    while (next.length <= partition) next.push(0);
    return next[partition] as number;
  };
  const indexed = (): ByteKeys<CatalogEntry> => {
    const index = createByteKeys<CatalogEntry>();
    for (const [itemId, entry] of byId) index.set(itemId, entry);
    byBytes = index;
    return index;
  };
  return {
    get: (itemId) => byId.get(itemId),
    find: (bytes, start, end) => (byBytes ?? indexed()).get(bytes, start, end),
    fold: (partition, offset, itemId, item) => {
      if (offset < nextOf(partition)) return false;
      next[partition] = offset + 1;
      if (item === null) {
        byId.delete(itemId);
        byBytes?.delete(itemId);
      } else {
        const entry = entryOf(item);
        byId.set(itemId, entry);
        byBytes?.set(itemId, entry);
      }
      return true;
    },
    seed: (items, position) => {
      byId.clear();
      texts.clear();
      byBytes = null;
      for (const item of items) byId.set(item.itemId, entryOf(item));
      next.splice(0, next.length, ...position);
    },
    entries: () => byId.values(),
    position: () => [...next],
    positionText: () => next.join(','),
  };
};

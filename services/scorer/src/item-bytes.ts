import { type CatalogItem, categoryText, unitsToBytes } from '@nextcart/contracts';
import { createAvroWriter } from './avro-writer.ts';
import { hashText, type IdHash } from './list-mark.ts';

/** What a list says of an item, encoded: made once and copied into list after list. */
export interface ItemBytes extends IdHash {
  /** The catalogue's record that `facts` are of. */
  item: CatalogItem | undefined;
  /** The id as Avro text. */
  readonly id: Buffer;
  /** Title, category, price and currency. */
  facts: Buffer;
}

/** Items kept; some 400 bytes each. A shop has fewer, and garbage ids must not fill the memory. */
const KEPT = 200_000;

/** Bytes by item id; made again where the catalogue's record of it is another object. */
export const createItemBytes = (catalog: (itemId: string) => CatalogItem | undefined) => {
  const kept = new Map<string, ItemBytes>();
  const writer = createAvroWriter();

  const factsOf = (item: CatalogItem | undefined): Buffer => {
    writer.reset();
    writer.text(item?.title ?? '');
    writer.text(categoryText(item?.category ?? []));
    const price = item?.price ?? null;
    writer.byte(price === null ? 0 : 2);
    if (price !== null) {
      const units = unitsToBytes(price);
      writer.long(units.length);
      writer.bytes(units);
    }
    const currency = item?.currency ?? null;
    writer.byte(currency === null ? 0 : 2);
    if (currency !== null) writer.text(currency);
    return writer.take();
  };

  return (itemId: string): ItemBytes => {
    const item = catalog(itemId);
    const known = kept.get(itemId);
    if (known !== undefined) {
      if (known.item !== item) {
        known.item = item;
        known.facts = factsOf(item);
      }
      return known;
    }
    writer.reset();
    writer.text(itemId);
    const id = writer.take();
    const hash = hashText(itemId);
    const made: ItemBytes = { item, id, facts: factsOf(item), high: hash.high, low: hash.low };
    if (kept.size >= KEPT) kept.delete(kept.keys().next().value as string);
    kept.set(itemId, made);
    return made;
  };
};

import {
  listSources,
  type NextPurchase,
  type RecommendationList,
  type RecommendedItem,
  WIRE_HEADER_BYTES,
} from '@nextcart/contracts';
import { createAvroWriter, LONG_BYTES } from './avro-writer.ts';
import type { ItemBytes } from './item-bytes.ts';

/** A list without what its items' catalogue records say: that comes from `ItemBytes`. */
export type ListToEncode = Omit<RecommendationList, 'items' | 'snapshots' | 'publishedAt' | 'expiresAt'> & {
  readonly items: readonly Pick<RecommendedItem, 'score' | 'source' | 'reasons'>[];
  readonly snapshots: Readonly<Record<string, string>>;
};

/** Of a draft: room for the two fields that are known when the list leaves. */
const SPARE_BYTES = 2 * LONG_BYTES;

/** A list but for `publishedAt` and `expiresAt`: what comes before them, room for them, and what comes behind. */
export interface ListDraft {
  readonly bytes: Buffer;
  /** Where the two belong. */
  readonly at: number;
}

const sourceAt = new Map(listSources.map((source, at) => [source, at]));

/**
 * Values of recommendations.v1, wire header included: the same bytes as avsc's where items are as the catalogue has
 * them.
 */
export const createListEncoder = (deps: { schemaId: number }) => {
  const writer = createAvroWriter();
  const header = Buffer.alloc(WIRE_HEADER_BYTES);
  header.writeUInt32BE(deps.schemaId, 1);

  /** `itemBytes` of the list's items, `nextBytes` of its next purchases, in their order. */
  const draft = (list: ListToEncode, itemBytes: readonly ItemBytes[], nextBytes: readonly ItemBytes[]): ListDraft => {
    writer.reset();
    writer.bytes(header);
    writer.text(list.subject);
    writer.text(list.recommId);
    if (list.items.length > 0) writer.long(list.items.length);
    for (let i = 0; i < list.items.length; i += 1) {
      const { score, source, reasons } = list.items[i] as ListToEncode['items'][number];
      const { id, facts } = itemBytes[i] as ItemBytes;
      writer.bytes(id);
      writer.double(score);
      writer.long(sourceAt.get(source) as number);
      writer.bytes(facts);
      if (reasons.length > 0) writer.long(reasons.length);
      for (const reason of reasons) {
        writer.text(reason.kind);
        writer.text(reason.subject);
        writer.double(reason.weight);
      }
      writer.byte(0);
    }
    writer.byte(0);
    writer.text(list.release);
    const snapshots = Object.entries(list.snapshots);
    if (snapshots.length > 0) writer.long(snapshots.length);
    for (const [kind, hash] of snapshots) {
      writer.text(kind);
      writer.text(hash);
    }
    writer.byte(0);
    writer.text(list.catalogPosition);
    writer.long(list.partition);
    writer.long(list.triggerOffset);
    writer.long(list.eventTime);
    writer.long(list.appendedAt);
    writer.long(list.receivedAt);
    writer.long(list.stateAt);
    writer.long(list.scoredAt);
    const at = writer.length();
    writer.room(SPARE_BYTES);
    if (list.nextPurchases.length > 0) writer.long(list.nextPurchases.length);
    for (let i = 0; i < list.nextPurchases.length; i += 1) {
      writer.bytes((nextBytes[i] as ItemBytes).id);
      writer.double((list.nextPurchases[i] as NextPurchase).probability);
    }
    writer.byte(0);
    return { bytes: writer.take(), at };
  };

  /** Completes a draft, once. */
  const finish = ({ bytes, at }: ListDraft, publishedAt: number, expiresAt: number): Buffer => {
    writer.reset();
    writer.long(publishedAt);
    writer.long(expiresAt);
    const end = writer.put(bytes, at);
    bytes.copyWithin(end, at + SPARE_BYTES);
    return bytes.subarray(0, end + bytes.length - at - SPARE_BYTES);
  };
  return { draft, finish };
};
export type ListEncoder = ReturnType<typeof createListEncoder>;

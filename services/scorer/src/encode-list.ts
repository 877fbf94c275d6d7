import { listSources, type RecommendationList, type RecommendedItem, WIRE_HEADER_BYTES } from '@nextcart/contracts';
import { createAvroWriter, LONG_BYTES } from './avro-writer.ts';
import type { ItemBytes } from './item-bytes.ts';

/** A list without what its items' catalogue records say: that comes from `ItemBytes`. */
export type ListToEncode = Omit<RecommendationList, 'items' | 'snapshots' | 'publishedAt' | 'expiresAt'> & {
  readonly items: readonly Pick<RecommendedItem, 'score' | 'source' | 'reasons'>[];
  readonly snapshots: Readonly<Record<string, string>>;
};

/** Of a draft: room for its last two fields. */
const SPARE_BYTES = 2 * LONG_BYTES;

const sourceAt = new Map(listSources.map((source, at) => [source, at]));

/**
 * Values of recommendations.v1, wire header included: the same bytes as avsc's where items are as the catalogue has
 * them. `draft` is all but the last two fields, which are known when the list leaves.
 */
export const createListEncoder = (deps: { schemaId: number }) => {
  const writer = createAvroWriter();
  const header = Buffer.alloc(WIRE_HEADER_BYTES);
  header.writeUInt32BE(deps.schemaId, 1);

  /** `itemBytes` of the list's items, in their order. */
  const draft = (list: ListToEncode, itemBytes: readonly ItemBytes[]): Buffer => {
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
    return writer.take(SPARE_BYTES);
  };

  /** Completes a draft, once. */
  const finish = (body: Buffer, publishedAt: number, expiresAt: number): Buffer => {
    writer.reset();
    writer.long(publishedAt);
    writer.long(expiresAt);
    return body.subarray(0, writer.put(body, body.length - SPARE_BYTES));
  };
  return { draft, finish };
};
export type ListEncoder = ReturnType<typeof createListEncoder>;

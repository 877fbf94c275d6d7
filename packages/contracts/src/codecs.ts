import avro from 'avsc';
import type { ModelRelease } from './model-releases.ts';
import { unitsFromBytes, unitsToBytes } from './money.ts';
import type { BehaviourEvent, CatalogItem, DeadLetter, RecommendationList } from './records.ts';
import { schemaText } from './schemas.ts';
import type { SchemaName } from './topics.ts';

/** Avro datum (no wire header) to value and back, by avsc: right before fast; hot paths have their own encoders. */
export interface Codec<T> {
  encode(value: T): Buffer;
  /** Throws where the datum is not of the schema or has bytes left over. */
  decode(datum: Uint8Array): T;
}

/** Decimals as bigint units (money.ts). The schemas' decimals all have scale 4. */
class MoneyType extends avro.types.LogicalType {
  override _fromValue(bytes: Buffer): bigint {
    return unitsFromBytes(bytes);
  }
  override _toValue(units: unknown): Buffer | undefined {
    return typeof units === 'bigint' ? unitsToBytes(units) : undefined;
  }
  /** What turns the writer's value into ours: a writer with the same logical type has read units already. */
  override _resolve(type: avro.Type): ((value: Buffer | bigint) => bigint) | undefined {
    return avro.Type.isType(type, 'bytes', 'logical:decimal')
      ? (value) => (typeof value === 'bigint' ? value : unitsFromBytes(value))
      : undefined;
  }
}

/** The avsc type of a schema's text, with money as bigint. */
export const avroType = (text: string): avro.Type =>
  avro.Type.forSchema(JSON.parse(text) as avro.Schema, { logicalTypes: { decimal: MoneyType }, wrapUnions: 'never' });

/** A codec for a schema's text; pass a writer to read what an older version wrote. */
export const createCodec = <T>(readerText: string, writerText?: string): Codec<T> => {
  const reader = avroType(readerText);
  const writer = writerText === undefined ? undefined : avroType(writerText);
  const resolver = writer === undefined ? undefined : reader.createResolver(writer);
  return {
    encode: (value) => reader.toBuffer(value),
    // JSON-free copy: avsc records are class instances, callers want plain objects
    decode: (datum) => ({
      ...(reader.fromBuffer(Buffer.from(datum.buffer, datum.byteOffset, datum.byteLength), resolver) as T),
    }),
  };
};

const codecOf = <T>(name: SchemaName): (() => Codec<T>) => {
  let codec: Codec<T> | undefined;
  return () => (codec ??= createCodec<T>(schemaText(name)));
};

/** Built at the first call, because parsing five schemas is not for every process that imports a constant. */
export const behaviourEventCodec = codecOf<BehaviourEvent>('behaviour-event');
export const catalogItemCodec = codecOf<CatalogItem>('catalog-item');
export const recommendationListCodec = codecOf<RecommendationList>('recommendation-list');
export const deadLetterCodec = codecOf<DeadLetter>('dead-letter');
export const modelReleaseCodec = codecOf<ModelRelease>('model-release');

import {
  createCodec,
  createReleaseLine,
  type ModelRelease,
  schemaText as ownSchema,
  type ReleaseLine,
  WIRE_HEADER_BYTES,
  wireSchemaId,
} from '@nextcart/contracts';
import type { Kafka, Tail } from './kafka.ts';

/** What stands on model-releases.v1, read from its beginning and kept up to date. */
export interface ReleaseFollower {
  readonly line: ReleaseLine;
  /** All records so far, oldest first; few, because models are released by the hour. */
  readonly records: readonly ModelRelease[];
  /** Resolves when all that was there at the beginning has been read. */
  readonly caughtUp: Promise<void>;
  close(): Promise<void>;
}

/** Records that are none of `model-release.avsc` are left out: `unreadable` is told their offset. */
export const followReleases = async (deps: {
  readonly kafka: Kafka;
  readonly topic: string;
  /** Of the registry: text of a schema id, or null where it knows none. */
  readonly schemaText: (id: number) => Promise<string | null>;
  readonly onRecord?: (record: ModelRelease) => void;
  readonly unreadable?: (offset: number, error: unknown) => void;
}): Promise<ReleaseFollower> => {
  const line = createReleaseLine();
  const records: ModelRelease[] = [];
  const decoders = new Map<number, (datum: Uint8Array) => ModelRelease>();
  const decoderOf = async (id: number) => {
    let decode = decoders.get(id);
    if (decode === undefined) {
      const text = await deps.schemaText(id);
      if (text === null) throw new RangeError(`nobody registered schema ${id}`);
      ({ decode } = createCodec<ModelRelease>(ownSchema('model-release'), text));
      decoders.set(id, decode);
    }
    return decode;
  };
  const tail: Tail = await deps.kafka.tail({
    topic: deps.topic,
    from: 'start',
    onRecords: async (_partition, some) => {
      for (const { offset, value } of some) {
        if (value === null) continue;
        try {
          const decode = await decoderOf(wireSchemaId(value));
          const record = decode(value.subarray(WIRE_HEADER_BYTES));
          records.push(record);
          line.apply(record);
          deps.onRecord?.(record);
        } catch (error) {
          deps.unreadable?.(offset, error);
        }
      }
    },
  });
  return { line, records, caughtUp: tail.caughtUp, close: () => tail.close() };
};

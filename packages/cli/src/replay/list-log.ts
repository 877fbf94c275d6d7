import {
  createCodec,
  schemaText as ownSchema,
  type RecommendationList,
  WIRE_HEADER_BYTES,
  wireSchemaId,
} from '@nextcart/contracts';
import type { Kafka } from '@nextcart/kafka';

/** A list's record. */
export interface LoggedList {
  /** The Avro datum. */
  readonly bytes: Uint8Array;
  decode(): RecommendationList;
}

/** Lists as the log still holds them: one partition, read once from its front, compacted records left out. */
export interface ListLog {
  /** Those at or below an offset that were not taken yet, by offset. Offsets rise from call to call. */
  upTo(offset: number): Promise<Map<number, LoggedList>>;
  close(): Promise<void>;
}

/** Records that may wait to be taken: beyond them nothing more is read. */
const MOST_WAITING = 4000;

/** `first`: where reading begins; what the log has removed before it is passed over. */
export const openListLog = async (deps: {
  readonly kafka: Kafka;
  /** Of the registry: text of a schema id, or null where it knows none. */
  readonly schemaText: (id: number) => Promise<string | null>;
  readonly topic: string;
  readonly partition: number;
  readonly first: number;
}): Promise<ListLog> => {
  const { kafka, topic, partition } = deps;
  const decoders = new Map<number, (datum: Uint8Array) => RecommendationList>();
  const decoderOf = async (id: number) => {
    let decode = decoders.get(id);
    if (decode === undefined) {
      const text = await deps.schemaText(id);
      if (text === null) throw new RangeError(`nobody registered schema ${id}`);
      ({ decode } = createCodec<RecommendationList>(ownSchema('recommendation-list'), text));
      decoders.set(id, decode);
    }
    return decode;
  };
  const offsets = await kafka.admin.offsets(topic);
  const { start = 0, end = 0 } = offsets.find((each) => each.partition === partition) ?? {};
  let waiting: { offset: number; value: Buffer }[] = [];
  let next = Math.min(end, Math.max(start, deps.first));
  let closed = false;
  let moved: () => void = () => undefined;
  let room: () => void = () => undefined;
  let failure: Error | undefined;
  const tail = await kafka.tail({
    topic,
    from: new Map([[partition, next]]),
    fetch: 'bulk',
    onRecords: async (_, records, nextOffset) => {
      for (const { offset, value } of records) if (value !== null) waiting.push({ offset, value });
      next = nextOffset;
      moved();
      while (waiting.length > MOST_WAITING && !closed) await new Promise<void>((resolve) => (room = resolve));
    },
  });
  let caughtUp = false;
  tail.caughtUp.then(
    () => {
      caughtUp = true;
      moved();
    },
    (error: Error) => {
      failure = error;
      moved();
    },
  );

  return {
    upTo: async (offset) => {
      while (next <= offset && !caughtUp) {
        if (failure !== undefined) throw failure;
        await new Promise<void>((resolve) => (moved = resolve));
      }
      const taken = new Map<number, LoggedList>();
      for (const { offset: at, value } of waiting) {
        if (at > offset) continue;
        const decode = await decoderOf(wireSchemaId(value));
        const bytes = value.subarray(WIRE_HEADER_BYTES);
        taken.set(at, { bytes, decode: () => decode(bytes) });
      }
      waiting = waiting.filter(({ offset: at }) => at > offset);
      room();
      return taken;
    },
    close: async () => {
      closed = true;
      room();
      await tail.close();
    },
  };
};

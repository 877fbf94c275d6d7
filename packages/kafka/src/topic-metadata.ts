import type { RawProtocol } from './kafkajs-internals.ts';

/**
 * A Metadata request of version 12, the first to ask for topics by name and answer with their ids in the encoding that
 * brokers of version 2.8 and later speak; kafkajs stops at version 6. It goes over kafkajs's own connection, so that
 * TLS and SASL hold. Encoding: https://kafka.apache.org/protocol (compact strings and arrays: length + 1 as a varint;
 * a byte 0 where there could be tagged fields).
 */
export interface TopicMetadata {
  readonly name: string;
  /** Hyphenated UUID. */
  readonly topicId: string;
  /** Node id of each partition's leader, by partition; −1 where there is none at the moment. */
  readonly leaders: readonly number[];
  /** Kafka's error code of the topic; 0 is none, 3 no such topic. */
  readonly errorCode: number;
}

const METADATA = 3;
const VERSION = 12;
export const NO_SUCH_TOPIC = 3;
const NO_ID = Buffer.alloc(16);
const NO_TAGS = Buffer.from([0]);

const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
};

const compactString = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  return Buffer.concat([varint(bytes.length + 1), bytes]);
};

const createReader = (bytes: Buffer) => {
  let at = 0;
  const skip = (count: number): number => {
    const from = at;
    at += count;
    if (at > bytes.length) throw new RangeError('the Metadata answer ends early');
    return from;
  };
  const unsigned = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[skip(1)] as number;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  };
  const length = (): number => Math.max(0, unsigned() - 1);
  return {
    skip,
    int16: () => bytes.readInt16BE(skip(2)),
    int32: () => bytes.readInt32BE(skip(4)),
    slice: (count: number) => bytes.subarray(skip(count), at),
    string: () => {
      const count = length();
      return bytes.toString('utf8', skip(count), at);
    },
    array: <T>(item: () => T): T[] => Array.from({ length: length() }, item),
    tags: () => {
      for (let left = unsigned(); left > 0; left -= 1) {
        unsigned();
        skip(unsigned());
      }
    },
  };
};

export const decodeMetadata = (raw: Buffer): TopicMetadata[] => {
  const read = createReader(raw);
  const int32s = () => read.array(read.int32);
  read.tags(); // of the response's header
  read.skip(4); // throttle time
  read.array(() => {
    read.skip(4); // node id
    read.string(); // host
    read.skip(4); // port
    read.string(); // rack
    read.tags();
  });
  read.string(); // cluster id
  read.skip(4); // controller
  return read.array(() => {
    const errorCode = read.int16();
    const name = read.string();
    const id = read.slice(16).toString('hex');
    read.skip(1); // internal
    const leaders: number[] = [];
    read.array(() => {
      read.skip(2); // error
      const partition = read.int32();
      leaders[partition] = read.int32();
      read.skip(4); // leader's epoch
      int32s(); // replicas
      int32s(); // in sync
      int32s(); // offline
      read.tags();
    });
    read.skip(4); // authorised operations
    read.tags();
    const topicId = id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    return { name, topicId, leaders, errorCode };
  });
};

export const metadataRequest = (names: readonly string[]): RawProtocol<TopicMetadata[]> => ({
  request: {
    apiKey: METADATA,
    apiVersion: VERSION,
    apiName: 'Metadata',
    encode: async () => {
      const buffer = Buffer.concat([
        NO_TAGS, // of the request's header
        varint(names.length + 1),
        ...names.map((name) => Buffer.concat([NO_ID, compactString(name), NO_TAGS])),
        Buffer.from([0, 0]), // create no topics; no authorised operations
        NO_TAGS,
      ]);
      return { buf: buffer, buffer };
    },
  },
  response: { decode: async (raw) => decodeMetadata(raw), parse: async (decoded) => decoded },
});

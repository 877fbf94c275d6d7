import { createRequire } from 'node:module';
import { createZstdCompress, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Codec } from './encode-batch.ts';
import { encodeProduce } from './encode-produce.ts';
import type { Encoded, ProduceMessage, ProduceRequest } from './kafkajs-internals.ts';
import { compress, decompress } from './zstd.ts';

const require = createRequire(import.meta.url);
const kafkajsRequest = require('kafkajs/src/protocol/requests/produce/v3/request') as (request: ProduceRequest) => {
  encode(): Promise<Encoded>;
};

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const anyMessage: fc.Arbitrary<ProduceMessage> = fc.record(
  {
    key: fc.option(bytes(80)),
    value: fc.option(bytes(300)),
    headers: fc.dictionary(fc.string({ maxLength: 6 }), bytes(70)),
  },
  { requiredKeys: ['key', 'value'] },
);
const anyTopics = fc.array(
  fc.record({
    topic: fc.string({ minLength: 1, maxLength: 20 }),
    partitions: fc.array(
      fc.record({
        partition: fc.nat({ max: 1000 }),
        messages: fc.array(anyMessage, { minLength: 1, maxLength: 130 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  { minLength: 1, maxLength: 2 },
);
const NOW = 1_764_000_000_123;
const requestOf = (topicData: ProduceRequest['topicData']): ProduceRequest => ({
  ...{ acks: -1, timeout: 5000, compression: 0 },
  topicData,
});

test('a request is byte for byte what kafkajs makes of it', async () => {
  vi.spyOn(Date, 'now').mockReturnValue(NOW);
  try {
    await fc.assert(
      fc.asyncProperty(anyTopics, async (topicData) => {
        const request = requestOf(topicData);
        const { buffer } = await encodeProduce(request, NOW, null);
        expect(buffer.equals((await kafkajsRequest(request).encode()).buffer)).toBe(true);
      }),
      { numRuns: 200 },
    );
  } finally {
    vi.restoreAllMocks();
  }
});

test('a packed batch unpacks to the records of the plain one, also where another is written while it is packed', async () => {
  const zstd: Codec = { number: 4, pack: compress };
  const requestWith = (count: number, byte: number) =>
    requestOf([
      {
        topic: 't',
        partitions: [
          {
            partition: 0,
            messages: Array.from({ length: count }, (_, i) => ({
              key: Buffer.from([i & 0xff]),
              value: Buffer.from(Uint8Array.from({ length: 1000 }, (_item, at) => byte ^ ((i * at) >>> 4))),
            })),
          },
        ],
      },
    ]);
  for (const count of [20, 400]) {
    const request = requestWith(count, 0);
    const plain = await encodeProduce(request, NOW, null);
    const packing = encodeProduce(request, NOW, zstd);
    await encodeProduce(requestWith(400, 0xff), NOW, null);
    const { buffer } = await packing;
    const start = 12 + 2 + 1 + 4 + 8; // head, topic, count of partitions, partition and size
    expect(buffer.readInt16BE(start + 21)).toBe(zstd.number);
    const records = zstdDecompressSync(buffer.subarray(start + 61));
    expect(records.equals(plain.buffer.subarray(start + 61))).toBe(true);
  }
});

test('what was packed comes back, small and large, with and without its size told', async () => {
  for (const size of [0, 1, 255, 256, 257, 1000, 65_535, 65_536, 65_537, 65_800, 300_000]) {
    const plain = Buffer.from(Uint8Array.from({ length: size }, (_, i) => (i * i) >>> 5));
    expect((await decompress(await compress(plain))).equals(plain)).toBe(true);
    const stream = createZstdCompress();
    stream.write(plain.subarray(0, size >> 1));
    stream.end(plain.subarray(size >> 1));
    expect((await decompress(Buffer.concat(await stream.toArray()))).equals(plain)).toBe(true);
  }
});

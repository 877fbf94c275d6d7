import { createRequire } from 'node:module';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeRecords } from './decode-records.ts';
import type { DecodeMessages, Encoded, RawDecoder, RawMessage } from './kafkajs-internals.ts';
import { toLogRecord, toLogRecords } from './raw-records.ts';

const require = createRequire(import.meta.url);
type Body = { offsetDelta: number; timestampDelta: number; key: Buffer | null; value: Buffer | null; headers: object };
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0') as (body: Body) => Encoded;
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch(batch: object): Promise<Encoded>;
};
const Decoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => RawDecoder;
const kafkajsDecode = require('kafkajs/src/protocol/requests/fetch/v4/decodeMessages') as DecodeMessages;

const ZSTD = 4;
const RECORDS = 61;
const ATTRIBUTES = 21;
const unpack = (codec: number, packed: Buffer): Buffer => {
  expect(codec).toBe(ZSTD);
  return zstdDecompressSync(packed);
};

const part = fc.option(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  { freq: 4 },
);
const header = fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes));
const anyBatch = fc.record({
  firstOffset: fc.nat({ max: 2 ** 40 }),
  firstTimestamp: fc.nat({ max: 2 ** 41 }),
  bodies: fc.array(
    fc.record({
      gap: fc.nat({ max: 300 }),
      timestampDelta: fc.integer({ min: -(2 ** 33), max: 2 ** 33 }),
      key: part,
      value: part,
      headers: fc.dictionary(
        fc.string({ maxLength: 5 }),
        fc.oneof(header, fc.array(header, { minLength: 2, maxLength: 3 })),
      ),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  zstd: fc.boolean(),
  appendTime: fc.boolean(),
  control: fc.boolean(),
});
type AnyBatch = typeof anyBatch extends fc.Arbitrary<infer T> ? T : never;

/** A batch as brokers keep it: kafkajs writes it, the attributes that only a broker sets are set here. */
const bytesOf = async (batch: AnyBatch): Promise<Buffer> => {
  let offsetDelta = 0;
  const records = batch.bodies.map(({ gap, timestampDelta, key, value, headers }, i) => {
    offsetDelta += i === 0 ? 0 : 1 + gap;
    return encodeRecord({ offsetDelta, timestampDelta, key, value, headers });
  });
  const { firstOffset, firstTimestamp } = batch;
  const plain = (await RecordBatch({ firstTimestamp, maxTimestamp: 77, lastOffsetDelta: offsetDelta, records })).buffer;
  const bytes = batch.zstd
    ? Buffer.concat([plain.subarray(0, RECORDS), zstdCompressSync(plain.subarray(RECORDS))])
    : Buffer.from(plain);
  bytes.writeBigInt64BE(BigInt(firstOffset), 0);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeInt16BE((batch.zstd ? ZSTD : 0) | (batch.appendTime ? 0x08 : 0) | (batch.control ? 0x20 : 0), ATTRIBUTES);
  return bytes;
};

const reference = async (bytes: Buffer): Promise<RawMessage[]> => {
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  return (await kafkajsDecode(new Decoder(Buffer.concat([size, bytes])))) as RawMessage[];
};
const simple = (n: number): AnyBatch => ({
  firstOffset: n,
  firstTimestamp: 5,
  bodies: [{ gap: 0, timestampDelta: 0, key: null, value: Buffer.from(String(n)), headers: {} }],
  ...{ zstd: false, appendTime: true, control: false },
});

test('records are what kafkajs makes of the same bytes, and a batch that was cut off is left', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyBatch, { maxLength: 4 }), fc.nat(), async (batches, cut) => {
      const pieces = await Promise.all(batches.map(bytesOf));
      const tail = await bytesOf(simple(2 ** 41));
      const whole = Buffer.concat(pieces);
      const bytes = Buffer.concat([whole, tail.subarray(0, cut % tail.length)]);
      const found = await decodeRecords(bytes, unpack);
      // kafkajs knows no zstd in this process: it is shown the same batches unpacked
      const plain = Buffer.concat(await Promise.all(batches.map((batch) => bytesOf({ ...batch, zstd: false }))));
      const wanted = plain.length === 0 ? [] : await reference(plain);
      expect(found.map(toLogRecord)).toEqual(wanted.map(toLogRecord));
      expect(found.map(({ isControlRecord }) => isControlRecord)).toEqual(wanted.map((raw) => raw.isControlRecord));
    }),
    { numRuns: 200 },
  );
});

test("kafkajs's two filters leave what they leave of its own records", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
      fc.nat({ max: 8 }),
      async (kinds, from) => {
        const pieces = await Promise.all(kinds.map((control, n) => bytesOf({ ...simple(n), control })));
        const records = await decodeRecords(Buffer.concat(pieces), unpack);
        const within = records.filter(({ offset }) => offset >= from);
        const left = within.filter(({ isControlRecord }) => !isControlRecord);
        const offsets = [...kinds.keys()].filter((n) => n >= from);
        expect(left.map(({ offset }) => offset)).toEqual(offsets.filter((n) => kinds[n] !== true));
        expect(within.length).toBe(Math.max(0, kinds.length - from));
      },
    ),
  );
});

test('of spoilt bytes no record reaches beyond its block, and what does not fit is refused', async () => {
  const whole = await bytesOf({
    ...simple(3),
    bodies: ['a', 'bb', 'ccc'].map((key, n) => ({
      ...{ gap: 0, timestampDelta: n, key: Buffer.from(key), value: Buffer.alloc(n * 40, key) },
      headers: { source: Buffer.from('shop'), clock: Buffer.from('17') },
    })),
  });
  const outcomes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: whole.length - RECORDS - 1 }), fc.nat({ max: 255 }), async (at, byte) => {
      const bytes = Buffer.from(whole);
      bytes[RECORDS + at] = byte;
      try {
        for (const record of await decodeRecords(bytes, unpack)) {
          const ends = [record.keyEnd, record.valueEnd, record.headersEnd];
          expect(Math.max(...ends)).toBeLessThanOrEqual(record.block.length);
          toLogRecord(record); // torn headers end, they do not throw
        }
        outcomes.add('read');
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        outcomes.add('refused');
      }
    }),
    { numRuns: 2000 },
  );
  expect(outcomes).toEqual(new Set(['read', 'refused']));
});

test('records of kafkajs, from formats before Kafka 0.11, are taken as they are', () => {
  const raw: RawMessage = { offset: '12', timestamp: '99', key: null, value: Buffer.from('x') };
  const plain = { offset: 12, appendedAt: 99, key: null, value: Buffer.from('x'), headers: undefined };
  expect(toLogRecords([raw])).toEqual([plain]);
});

import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { encodeProduce } from './encode-produce.ts';
import type { Encoded, ProduceMessage, ProduceRequest } from './kafkajs-internals.ts';

const require = createRequire(import.meta.url);
const kafkajsRequest = require('kafkajs/src/protocol/requests/produce/v3/request') as (
  request: ProduceRequest & { compression: number },
) => {
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
  ...{ acks: -1, timeout: 5000 },
  topicData,
});

test('a request is byte for byte what kafkajs makes of it', async () => {
  vi.spyOn(Date, 'now').mockReturnValue(NOW);
  try {
    await fc.assert(
      fc.asyncProperty(anyTopics, async (topicData) => {
        const request = requestOf(topicData);
        const { buffer } = encodeProduce(request, NOW);
        expect(buffer.equals((await kafkajsRequest({ ...request, compression: 0 }).encode()).buffer)).toBe(true);
      }),
      { numRuns: 200 },
    );
  } finally {
    vi.restoreAllMocks();
  }
});

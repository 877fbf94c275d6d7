import { expect, test } from 'vitest';
import { createSendQueue, MAX_BYTES_A_SEND, MAX_RECORDS_A_SEND, type Queued } from './send-queue.ts';

const item = (id: number, bytes: number): Queued => ({
  record: { topic: 't', partition: id, key: null, value: null },
  bytes,
  settled: false,
  settle: () => undefined,
});
const drain = (queue: ReturnType<typeof createSendQueue>): (number | undefined)[][] => {
  const sends = [];
  while (queue.length > 0) sends.push(queue.take().map(({ record }) => record.partition));
  return sends;
};

test('a send has at most so many records, and the order stays', () => {
  const queue = createSendQueue();
  for (let id = 0; id < 10_000; id += 1) queue.push(item(id, 1));
  expect(queue.bytes).toBe(10_000);
  const sends = drain(queue);
  expect(sends.map((send) => send.length)).toEqual(Array.from({ length: 20 }, () => MAX_RECORDS_A_SEND));
  expect(sends.flat()).toEqual(Array.from({ length: 10_000 }, (_, id) => id));
  expect(queue.bytes).toBe(0);
});

test('a send has at most so many bytes, but always one record', () => {
  const queue = createSendQueue();
  for (const [id, bytes] of [MAX_BYTES_A_SEND + 5, MAX_BYTES_A_SEND - 1, 1, 1].entries()) queue.push(item(id, bytes));
  expect(drain(queue)).toEqual([[0], [1, 2], [3]]);
});

/** The log itself: topics, producing, tails and questions. */
import { systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import { expect, test, vi } from 'vitest';
import { PARTITIONS, type SuiteContext, upTo, WAIT } from './suite-context.ts';

/** What `BuiltInPartitioner.partitionForKey` of Kafka's Java client (4.4.0) answers for these keys and 4 partitions. */
const JAVA_PARTITIONS = { a: 0, customer: 0, 'user-42': 0, 'visitor-9f3c': 1, ü: 2, 'SKU 4711': 2 } as const;

export const logCases = ({ fresh }: SuiteContext): void => {
  test('topics are made once, have an id, and a wrong number of partitions is refused', async () => {
    const { kafka, topic } = await fresh();
    const spec = { name: topic, schema: 'behaviour-event', config: {} } as const;
    expect(await kafka.admin.ensureTopics([{ ...spec, partitions: PARTITIONS }])).toEqual([]);
    expect(await kafka.admin.topic(topic)).toEqual({
      topicId: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
      partitions: PARTITIONS,
    });
    await expect(kafka.admin.ensureTopics([{ ...spec, partitions: 5 }])).rejects.toMatchObject({
      code: 'bad_configuration',
    });
    await expect(kafka.admin.topic(uniqueName('none'))).rejects.toMatchObject({ code: 'bad_configuration' });
  });

  test('records come back as they were sent, in the order of the log', async () => {
    const { topic, send, fill, join } = await fresh();
    await fill(3);
    await send([
      { topic, partition: 0, key: null, value: Buffer.from('no key'), headers: { source: Buffer.from('ü\0') } },
      { topic, partition: 0, key: Buffer.from('gone'), value: null },
    ]);
    const { seen, offsets } = await join();
    await vi.waitFor(() => expect(offsets()).toEqual(upTo(5)), WAIT);
    const records = seen.get(0) ?? [];
    expect(records.map(({ value }) => value?.toString() ?? null)).toEqual(['0', '1', '2', 'no key', null]);
    expect(records.map(({ key }) => key?.toString() ?? null)).toEqual(['key-0', 'key-1', 'key-2', null, 'gone']);
    expect(records[3]?.headers).toEqual({ source: Buffer.from('ü\0') });
    expect(records[0]?.headers).toBeUndefined();
    expect(Math.abs((records[0]?.appendedAt ?? 0) - systemClock.now())).toBeLessThan(60_000);
  });

  test('a handler is told where the log ends', async () => {
    const { fill, join } = await fresh();
    const told: [nextOffset: number, end: number][] = [];
    await fill(7);
    await join(() => ({ process: async (_, nextOffset, end) => void told.push([nextOffset, end]) }));
    await vi.waitFor(() => expect(told.at(-1)).toEqual([7, 7]), WAIT);
    await fill(2);
    await vi.waitFor(() => expect(told.at(-1)).toEqual([9, 9]), WAIT);
  });

  test('keys fall into the partitions that Java clients choose', async () => {
    const { kafka, topic, open, send } = await fresh();
    await send(Object.keys(JAVA_PARTITIONS).map((key) => ({ topic, key: Buffer.from(key), value: Buffer.from(key) })));
    const found = new Map<string, number>();
    const tail = await kafka.tail({
      topic,
      from: 'start',
      onRecords: async (partition, records) => {
        for (const { key } of records) found.set(String(key), partition);
      },
    });
    open.push(tail);
    await tail.caughtUp;
    expect(Object.fromEntries(found)).toEqual(JAVA_PARTITIONS);
  });

  test.each(['prompt', 'bulk'] as const)(
    'a %s tail sees everything from the start, and what comes later',
    async (fetch) => {
      const { kafka, topic, open, fill } = await fresh();
      await fill(700, 1);
      const seen: number[] = [];
      const tail = await kafka.tail({
        topic,
        fetch,
        from: 'start',
        onRecords: async (partition, records, nextOffset) => {
          expect([partition, nextOffset]).toEqual([1, (records.at(-1)?.offset ?? -2) + 1]);
          seen.push(...records.map(({ offset }) => offset));
        },
      });
      open.push(tail);
      await tail.caughtUp; // partitions 0, 2 and 3 are empty
      expect(seen).toEqual(upTo(700));
      await fill(1, 1);
      await vi.waitFor(() => expect(seen).toEqual(upTo(701)), WAIT);
      expect(tail.position()).toEqual(
        new Map([
          [0, 0],
          [1, 701],
          [2, 0],
          [3, 0],
        ]),
      );
    },
  );

  test('a tail reads the partitions and from the offsets that it is given', async () => {
    const { kafka, topic, fill } = await fresh();
    await fill(10, 1);
    await fill(10, 2);
    const tailed = async (from: 'end' | Map<number, number>) => {
      const seen: [number, number][] = [];
      const tail = await kafka.tail({
        topic,
        from,
        onRecords: async (partition, records) => {
          for (const { offset } of records) seen.push([partition, offset]);
        },
      });
      await tail.caughtUp;
      await tail.close();
      return seen;
    };
    expect(await tailed(new Map([[1, 8]]))).toEqual([
      [1, 8],
      [1, 9],
    ]);
    expect(await tailed(new Map([[2, 10]]))).toEqual([]);
    expect(await tailed('end')).toEqual([]);
    await expect(tailed(new Map([[2, 11]]))).rejects.toMatchObject({ code: 'log_moved' });
    await expect(tailed(new Map([[9, 0]]))).rejects.toMatchObject({ code: 'bad_configuration' });
  });

  test('a tail whose reader fails before it has caught up says so', async () => {
    const { kafka, topic, open, fill } = await fresh(1);
    await fill(1);
    const tail = await kafka.tail({
      topic,
      from: 'start',
      onRecords: async () => {
        throw new Error('unreadable');
      },
    });
    open.push(tail);
    await expect(tail.caughtUp).rejects.toThrow(/unreadable/);
  });

  test('large batches and many calls at once arrive whole and in order', async () => {
    const { kafka, record, join } = await fresh();
    const producer = await kafka.createProducer({ maxQueuedBytes: 256 * 1024 });
    const payload = 'x'.repeat(2000);
    await Promise.all(
      Array.from({ length: 20 }, (_, call) =>
        producer.sendAll(Array.from({ length: 100 }, (_item, at) => record(0, `${call * 100 + at} ${payload}`))),
      ),
    );
    expect(producer.queued()).toBe(0);
    await producer.close();
    const { seen } = await join();
    await vi.waitFor(() => expect(seen.get(0)?.length).toBe(2000), WAIT);
    expect(seen.get(0)?.map(({ value }) => Number.parseInt(String(value), 10))).toEqual(upTo(2000));
    expect(seen.get(0)?.at(-1)?.value?.length).toBe(`1999 ${payload}`.length);
  });

  test('sending to a topic that is not there is refused', async () => {
    const { kafka, open, record } = await fresh();
    const producer = await kafka.createProducer();
    open.push(producer);
    await expect(producer.sendAll([record(0, 'x', uniqueName('none'))])).rejects.toMatchObject({
      code: 'bad_configuration',
    });
    await producer.sendAll([record(0, 'goes on')]);
  });

  test('offsets are found by time', async () => {
    const { kafka, topic, fill } = await fresh(2);
    await fill(3, 1);
    expect(await kafka.admin.offsets(topic)).toEqual([
      { partition: 0, start: 0, end: 0 },
      { partition: 1, start: 0, end: 3 },
    ]);
    expect(await kafka.admin.offsetsAt(topic, 0)).toEqual(
      new Map([
        [0, 0],
        [1, 0],
      ]),
    );
    expect(await kafka.admin.offsetsAt(topic, systemClock.now() + 60_000)).toEqual(
      new Map([
        [0, 0],
        [1, 3],
      ]),
    );
  });
};

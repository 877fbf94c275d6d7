/** What every log must do, over memory and over a broker alike. Each case has topics and groups of its own. */
import { type LogRecord, NextcartError } from '@nextcart/contracts';
import { uniqueName } from '@nextcart/runtime/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Assignment, ConsumeOptions, Kafka, OutgoingRecord, PartitionHandler } from './kafka.ts';

/** A rebalance over a busy broker takes some seconds. */
const WAIT = { timeout: 30_000, interval: 20 };
const PARTITIONS = 4;

/** What `BuiltInPartitioner.partitionForKey` of Kafka's Java client (4.4.0) answers for these keys and 4 partitions. */
const JAVA_PARTITIONS = { a: 0, customer: 0, 'user-42': 0, 'visitor-9f3c': 1, ü: 2, 'SKU 4711': 2 } as const;

const code = (error: unknown): string => (error instanceof NextcartError ? error.code : String(error));

export const kafkaSuite = (name: string, make: () => Kafka): void => {
  describe(name, () => {
    let kafka: Kafka;
    let topic: string;
    let groupId: string;
    const topics: string[] = [];
    const open: { close(): Promise<void> }[] = [];

    const createTopic = async (partitions = PARTITIONS): Promise<string> => {
      const made = uniqueName('suite');
      topics.push(made);
      await kafka.admin.ensureTopics([
        { name: made, schema: 'behaviour-event', partitions, config: { 'message.timestamp.type': 'LogAppendTime' } },
      ]);
      return made;
    };
    const record = (partition: number, text: string, to = topic): OutgoingRecord => ({
      topic: to,
      partition,
      key: Buffer.from(`key-${text}`),
      value: Buffer.from(text),
    });
    const send = async (records: readonly OutgoingRecord[]): Promise<void> => {
      const producer = await kafka.createProducer();
      await producer.sendAll(records);
      await producer.close();
    };
    const fill = (count: number, partition = 0): Promise<void> =>
      send(Array.from({ length: count }, (_, at) => record(partition, String(at))));

    /** A member that keeps what it was told; `handle` may replace parts of the handler. */
    const join = async (
      handle: (assignment: Assignment, seen: LogRecord[]) => Partial<PartitionHandler> = () => ({}),
      options: Partial<ConsumeOptions> = {},
    ) => {
      const assignments: Assignment[] = [];
      const seen = new Map<number, LogRecord[]>();
      const released: { partition: number; lost: boolean }[] = [];
      const consumer = await kafka.consume({
        groupId,
        topic,
        sessionTimeoutMs: 6000,
        onAssigned: async (assignment) => {
          assignments.push(assignment);
          const mine = seen.get(assignment.partition) ?? [];
          seen.set(assignment.partition, mine);
          return {
            startOffset: assignment.committed?.offset ?? assignment.start,
            process: async (records, nextOffset) => {
              mine.push(...records);
              await assignment.commit(nextOffset);
            },
            release: async (lost) => void released.push({ partition: assignment.partition, lost }),
            ...handle(assignment, mine),
          };
        },
        ...options,
      });
      open.push(consumer);
      const offsets = (partition = 0): number[] => (seen.get(partition) ?? []).map(({ offset }) => offset);
      return { consumer, assignments, seen, released, offsets };
    };
    const upTo = (end: number, from = 0): number[] => Array.from({ length: end - from }, (_, at) => at + from);

    beforeAll(() => {
      kafka = make();
    });
    afterEach(async () => {
      await Promise.all(open.splice(0).map((client) => client.close()));
      await kafka.admin.deleteTopics(topics.splice(0));
    });
    afterAll(() => kafka.close());

    const fresh = async (partitions = PARTITIONS): Promise<void> => {
      topic = await createTopic(partitions);
      groupId = uniqueName('group');
    };

    test('topics are made once, have an id, and a wrong number of partitions is refused', async () => {
      await fresh();
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
      await fresh();
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
      expect(Math.abs((records[0]?.appendedAt ?? 0) - Date.now())).toBeLessThan(60_000);
    });

    test('keys fall into the partitions that Java clients choose', async () => {
      await fresh();
      await send(
        Object.keys(JAVA_PARTITIONS).map((key) => ({ topic, key: Buffer.from(key), value: Buffer.from(key) })),
      );
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

    test('reading starts exactly at the offset that the handler names', async () => {
      await fresh();
      await fill(50);
      const { offsets } = await join((assignment) => ({ startOffset: assignment.partition === 0 ? 17 : 0 }));
      await vi.waitFor(() => expect(offsets()).toEqual(upTo(50, 17)), WAIT);
      await fill(5);
      await vi.waitFor(() => expect(offsets()).toEqual(upTo(55, 17)), WAIT);
    });

    test('a start beyond the end of the log is refused aloud and asked again', async () => {
      await fresh(1);
      await fill(3);
      const { consumer, assignments, offsets } = await join(() => ({
        startOffset: assignments_().length > 1 ? 0 : 99,
      }));
      const assignments_ = () => assignments;
      await vi.waitFor(() => expect(offsets()).toEqual(upTo(3)), WAIT);
      expect(assignments.length).toBe(2);
      expect(consumer.trouble()).toBeNull();
    });

    test("a commit's metadata comes back whole, and to the next owner", async () => {
      await fresh(1);
      await fill(10);
      const metadata = JSON.stringify({ last: 9, snapshots: ['ü'.repeat(100), 'x'.repeat(500)] });
      const first = await join((assignment, seen) => ({
        process: async (records) => {
          seen.push(...records);
          await assignment.commit(4, metadata);
        },
      }));
      await vi.waitFor(async () => expect((await kafka.admin.committed(groupId, topic)).size).toBe(1), WAIT);
      expect(await kafka.admin.committed(groupId, topic)).toEqual(new Map([[0, { offset: 4, metadata }]]));
      await first.consumer.close();
      expect(first.released).toEqual([{ partition: 0, lost: false }]);
      const second = await join();
      await vi.waitFor(() => expect(second.offsets()).toEqual(upTo(10, 4)), WAIT);
      expect(second.assignments[0]?.committed).toEqual({ offset: 4, metadata });
    });

    test('a second member takes its share, and no two own a partition at the same time', async () => {
      await fresh();
      const owners = new Map<number, string>();
      const clashes: string[] = [];
      const all = new Map<number, number[]>();
      const member = (who: string) =>
        join(({ partition, commit }) => {
          if (owners.has(partition)) clashes.push(`${who} got ${partition} of ${owners.get(partition)}`);
          owners.set(partition, who);
          return {
            process: async (records, nextOffset) => {
              if (owners.get(partition) !== who) clashes.push(`${who} works on ${partition}`);
              await new Promise((resolve) => setTimeout(resolve, 20));
              await commit(nextOffset);
              const offsets = all.get(partition) ?? [];
              all.set(partition, offsets);
              offsets.push(...records.map(({ offset }) => offset));
            },
            release: async () => void owners.delete(partition),
          };
        });
      const producer = await kafka.createProducer();
      const a = await member('a');
      await vi.waitFor(() => expect(a.consumer.owned()).toEqual([0, 1, 2, 3]), WAIT);
      let stop = false;
      let sent = 0;
      const load = (async () => {
        while (!stop) {
          await producer.sendAll([0, 1, 2, 3].map((partition) => record(partition, String(sent))));
          sent += 1;
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      })();
      const b = await member('b');
      await vi.waitFor(() => {
        expect(a.consumer.owned().length).toBe(2);
        expect(b.consumer.owned().length).toBe(2);
      }, WAIT);
      await a.consumer.close();
      await vi.waitFor(() => expect(b.consumer.owned()).toEqual([0, 1, 2, 3]), WAIT);
      stop = true;
      await load;
      await producer.close();
      for (const partition of [0, 1, 2, 3])
        await vi.waitFor(() => expect(new Set(all.get(partition))).toEqual(new Set(upTo(sent))), WAIT);
      expect(clashes).toEqual([]);
    });

    test('an owner of an older generation can not commit', async () => {
      await fresh();
      const a = await join();
      await vi.waitFor(() => expect(a.consumer.owned()).toEqual([0, 1, 2, 3]), WAIT);
      const old = a.assignments.slice();
      const b = await join();
      await vi.waitFor(() => expect(b.consumer.owned().length).toBe(2), WAIT);
      for (const assignment of old) {
        expect(assignment.signal.aborted).toBe(true);
        expect(code(await assignment.commit(1).catch((error: unknown) => error))).toBe('lost_partition');
      }
      expect(await kafka.admin.committed(groupId, topic)).toEqual(new Map());
    });

    test('a handler may commit while it is released', async () => {
      await fresh(1);
      await fill(4);
      const { consumer, offsets } = await join((assignment, seen) => ({
        process: async (records) => void seen.push(...records),
        release: async (lost) => {
          if (!lost) await assignment.commit(3, 'released');
        },
      }));
      await vi.waitFor(() => expect(offsets()).toEqual(upTo(4)), WAIT);
      await consumer.close();
      expect((await kafka.admin.committed(groupId, topic)).get(0)).toEqual({ offset: 3, metadata: 'released' });
    });

    test.each([
      ['an error of ours', () => new NextcartError('store_unavailable', 'away', { retry: true })],
      ['a TypeError', () => new TypeError('fetch failed')],
    ])('after %s the partition begins anew from where its handler says, and the others go on', async (_name, error) => {
      await fresh(2);
      await fill(20, 0);
      await fill(20, 1);
      let failures = 2;
      const { assignments, released, offsets, consumer } = await join((assignment, seen) => ({
        startOffset: assignment.partition === 1 ? 0 : 5,
        process: async (records) => {
          if (assignment.partition === 0 && failures > 0) {
            failures -= 1;
            throw error();
          }
          seen.push(...records);
        },
      }));
      await vi.waitFor(() => expect([offsets(0), offsets(1)]).toEqual([upTo(20, 5), upTo(20)]), WAIT);
      const failed = assignments.filter(({ partition }) => partition === 0);
      expect(failed.map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
      expect(assignments.length).toBe(4);
      expect(released).toEqual([
        { partition: 0, lost: true },
        { partition: 0, lost: true },
      ]);
      expect(consumer.trouble()).toBeNull();
    });

    test('onAssigned may fail, and is asked again', async () => {
      await fresh(1);
      await fill(3);
      let failures = 2;
      const { offsets } = await join(() => {
        failures -= 1;
        if (failures >= 0) throw new Error('not yet');
        return {};
      });
      await vi.waitFor(() => expect(offsets()).toEqual(upTo(3)), WAIT);
    });

    test('process is not called again for a partition before it has settled, other partitions go on meanwhile', async () => {
      await fresh(2);
      let busy = 0;
      let overlaps = 0;
      const { offsets } = await join((_assignment, seen) => ({
        process: async (records) => {
          busy += 1;
          const first = records[0];
          if (seen.some(({ offset }) => offset === first?.offset)) overlaps += 1;
          await new Promise((resolve) => setTimeout(resolve, 5));
          seen.push(...records);
          busy -= 1;
        },
      }));
      for (let round = 0; round < 10; round += 1) await send([record(0, String(round)), record(1, String(round))]);
      await vi.waitFor(() => expect([offsets(0), offsets(1)]).toEqual([upTo(10), upTo(10)]), WAIT);
      expect([busy, overlaps]).toEqual([0, 0]);
    });

    test('a tail sees everything from the start, and what comes later', async () => {
      await fresh();
      await fill(700, 1);
      const seen: number[] = [];
      const tail = await kafka.tail({
        topic,
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
    });

    test('a tail reads the partitions and from the offsets that it is given', async () => {
      await fresh();
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
      await fresh(1);
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
      await fresh();
      const producer = await kafka.createProducer({ maxQueuedBytes: 256 * 1024, compression: 'zstd' });
      const payload = 'x'.repeat(2000);
      await Promise.all(
        Array.from({ length: 20 }, (_, call) =>
          producer.sendAll(Array.from({ length: 100 }, (_item, at) => record(0, `${call * 100 + at} ${payload}`))),
        ),
      );
      expect(producer.queued).toBe(0);
      await producer.close();
      const { seen } = await join();
      await vi.waitFor(() => expect(seen.get(0)?.length).toBe(2000), WAIT);
      expect(seen.get(0)?.map(({ value }) => Number.parseInt(String(value), 10))).toEqual(upTo(2000));
      expect(seen.get(0)?.at(-1)?.value?.length).toBe(`1999 ${payload}`.length);
    });

    test('sending to a topic that is not there is refused', async () => {
      await fresh();
      const producer = await kafka.createProducer();
      open.push(producer);
      await expect(producer.sendAll([record(0, 'x', uniqueName('none'))])).rejects.toMatchObject({
        code: 'bad_configuration',
      });
      await producer.sendAll([record(0, 'goes on')]);
    });

    test('offsets are found by time', async () => {
      await fresh(2);
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
      expect(await kafka.admin.offsetsAt(topic, Date.now() + 60_000)).toEqual(
        new Map([
          [0, 0],
          [1, 3],
        ]),
      );
    });

    test('a topic that is made anew is noticed: another id, and everything from its start', async () => {
      await fresh(1);
      await fill(5);
      const { assignments, offsets, consumer } = await join();
      await vi.waitFor(() => expect(offsets()).toEqual(upTo(5)), WAIT);
      await kafka.admin.deleteTopics([topic]);
      await vi.waitFor(async () => {
        await expect(kafka.admin.topic(topic)).rejects.toThrow();
      }, WAIT);
      await kafka.admin.ensureTopics([{ name: topic, schema: 'behaviour-event', partitions: 1, config: {} }]);
      await fill(2);
      await vi.waitFor(() => expect(offsets()).toEqual([...upTo(5), ...upTo(2)]), WAIT);
      expect(assignments.at(-1)?.topicId).not.toBe(assignments[0]?.topicId);
      await vi.waitFor(() => expect(consumer.trouble()).toBeNull(), WAIT);
    });
  });
};

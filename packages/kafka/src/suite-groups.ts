/** Groups: who owns what, where reading starts, and what becomes of it after errors, takeovers and new topics. */
import { NextcartError } from '@nextcart/contracts';
import { expect, test, vi } from 'vitest';
import { type SuiteContext, upTo, WAIT } from './suite-context.ts';

const code = (error: unknown): string => (error instanceof NextcartError ? error.code : String(error));

export const groupCases = ({ fresh }: SuiteContext): void => {
  test.each(['prompt', 'bulk'] as const)(
    '%s reading starts exactly at the offset that the handler names',
    async (fetch) => {
      const { fill, join } = await fresh();
      await fill(50);
      const { offsets } = await join((assignment) => ({ startOffset: assignment.partition === 0 ? 17 : 0 }), { fetch });
      await vi.waitFor(() => expect(offsets()).toEqual(upTo(50, 17)), WAIT);
      await fill(5);
      await vi.waitFor(() => expect(offsets()).toEqual(upTo(55, 17)), WAIT);
    },
  );

  test('a start beyond the end of the log is refused aloud and asked again', async () => {
    const { fill, join } = await fresh(1);
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
    const { kafka, topic, groupId, fill, join } = await fresh(1);
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
    const { open, kafka, record, join } = await fresh();
    const owners = new Map<number, string>();
    const clashes: string[] = [];
    const all = new Map<number, number[]>();
    const committed = new Map<number, number>();
    const member = (who: string) =>
      join(({ partition, commit }) => {
        if (owners.has(partition)) clashes.push(`${who} got ${partition} of ${owners.get(partition)}`);
        owners.set(partition, who);
        return {
          process: async (records, nextOffset) => {
            if (owners.get(partition) !== who) clashes.push(`${who} works on ${partition}`);
            const again = records.filter(({ offset }) => offset < (committed.get(partition) ?? 0));
            if (again.length > 0) clashes.push(`${who} got ${again[0]?.offset} of ${partition} once more`);
            await new Promise((resolve) => setTimeout(resolve, 20));
            // kept before the commit: one that a rebalance overtakes is refused here and may be in force at the broker
            all.set(partition, [...(all.get(partition) ?? []), ...records.map(({ offset }) => offset)]);
            await commit(nextOffset);
            committed.set(partition, nextOffset);
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
    const endLoad = async (): Promise<void> => {
      stop = true;
      await load;
      await producer.close();
    };
    open.push({ close: endLoad }); // a case that fails must not go on sending
    const b = await member('b');
    await vi.waitFor(() => {
      expect(a.consumer.owned().length).toBe(2);
      expect(b.consumer.owned().length).toBe(2);
    }, WAIT);
    await a.consumer.close();
    await vi.waitFor(() => expect(b.consumer.owned()).toEqual([0, 1, 2, 3]), WAIT);
    await endLoad();
    for (const partition of [0, 1, 2, 3])
      await vi.waitFor(() => expect(new Set(all.get(partition))).toEqual(new Set(upTo(sent))), WAIT);
    expect(clashes).toEqual([]);
  });

  test('an owner of an older generation can not commit', async () => {
    const { kafka, topic, groupId, join } = await fresh();
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
    const { kafka, topic, groupId, fill, join } = await fresh(1);
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
    const { fill, join } = await fresh(2);
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
    const { fill, join } = await fresh(1);
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
    const { record, send, join } = await fresh(2);
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

  test('a topic that is made anew is noticed: another id, and everything from its start', async () => {
    const { kafka, topic, fill, join } = await fresh(1);
    await fill(5);
    const { assignments, offsets, consumer } = await join();
    await vi.waitFor(() => expect(offsets()).toEqual(upTo(5)), WAIT);
    await kafka.admin.deleteTopics([topic]);
    await vi.waitFor(async () => {
      await expect(kafka.admin.topic(topic)).rejects.toThrow(/no topic/);
    }, WAIT);
    await kafka.admin.ensureTopics([{ name: topic, schema: 'behaviour-event', partitions: 1, config: {} }]);
    await fill(2);
    await vi.waitFor(() => expect(offsets()).toEqual([...upTo(5), ...upTo(2)]), WAIT);
    expect(assignments.at(-1)?.topicId).not.toBe(assignments[0]?.topicId);
    await vi.waitFor(() => expect(consumer.trouble()).toBeNull(), WAIT);
  });

  test('a handler at work when the group rebalances is told by its signal, and another gets the partition after it', async () => {
    const { fill, join } = await fresh(2);
    await fill(1, 0);
    await fill(1, 1);
    let working = 0;
    const a = await join(({ signal }) => ({
      process: async () => {
        working += 1;
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        await new Promise((resolve) => setTimeout(resolve, 300));
        working -= 1;
        throw new Error('stopped by the signal');
      },
    }));
    await vi.waitFor(() => expect(working).toBe(2), WAIT);
    const b = await join(() => {
      expect(working).toBe(0);
      return {};
    });
    await vi.waitFor(() => expect(b.consumer.owned().length).toBe(1), WAIT);
    expect(a.released).toHaveLength(2);
    expect(a.released.every(({ lost }) => lost)).toBe(true);
    const mine = b.consumer.owned()[0] ?? -1;
    await vi.waitFor(() => expect(b.offsets(mine)).toEqual([0]), WAIT);
  });
};

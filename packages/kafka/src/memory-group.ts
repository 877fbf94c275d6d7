/**
 * Consumer groups in memory, with the real ones' rules: an eager rebalance (every member releases everything, waits for
 * running handlers, then all is dealt anew), commits checked against the generation, a failed handler begun anew.
 */
import { NextcartError } from '@nextcart/contracts';
import type { Clock, Logger } from '@nextcart/runtime';
import { describe, logMoved, lostPartition } from './errors.ts';
import type { ConsumeOptions, Consumer } from './kafka.ts';
import type { MemoryLog, MemoryTopic } from './memory-log.ts';
import { createOwnedPartition, type OwnedPartition } from './owned-partition.ts';

const BATCH_RECORDS = 500;
const PAUSE_MS = 20;

interface Member {
  readonly topic: string;
  release(): Promise<void>;
  /** Does not wait for the handlers. */
  assign(partitions: readonly number[], generation: number): void;
}

export interface MemoryGroups {
  join(options: ConsumeOptions): Promise<Consumer>;
}

export const createMemoryGroups = (deps: { memory: MemoryLog; log: Logger; clock: Clock }): MemoryGroups => {
  const { memory, log, clock } = deps;
  const groups = new Map<string, { generation: number; members: Member[]; turn: Promise<void> }>();

  const groupOf = (groupId: string) => {
    const group = groups.get(groupId) ?? { generation: 0, members: [], turn: Promise.resolve() };
    groups.set(groupId, group);
    return group;
  };

  const rebalance = (groupId: string, change: (members: Member[]) => void): Promise<void> => {
    const group = groupOf(groupId);
    group.turn = group.turn.then(async () => {
      await Promise.all(group.members.map((member) => member.release()));
      group.generation += 1;
      change(group.members);
      for (const topic of new Set(group.members.map((member) => member.topic))) {
        const members = group.members.filter((member) => member.topic === topic);
        const partitions = [...(memory.find(topic)?.partitions.keys() ?? [])];
        for (const [place, member] of members.entries())
          member.assign(
            partitions.filter((partition) => partition % members.length === place),
            group.generation,
          );
      }
    });
    return group.turn;
  };

  const join = async (options: ConsumeOptions): Promise<Consumer> => {
    const { groupId, topic } = options;
    const group = groupOf(groupId);
    const owned = new Map<number, OwnedPartition>();
    const loading = new Set<AbortController>();
    /** Of the assignments; what belongs to an older one stops. */
    let epoch = 0;
    let trouble: string | null = null;
    let lastActivity = clock.monotonic();
    memory.get(topic);

    /** From the assignment to the end of ownership; ends by the handler's fault too, then it is called again. */
    const work = async (partition: number, generation: number, source: MemoryTopic): Promise<void> => {
      const records = source.partitions[partition] ?? [];
      const controller = new AbortController();
      const { signal } = controller;
      loading.add(controller);
      const handler = await options
        .onAssigned({
          topicId: source.topicId,
          partition,
          start: 0,
          end: records.length,
          committed: memory.committed(groupId, topic).get(partition) ?? null,
          signal,
          commit: async (offset, metadata = '') => {
            if (signal.aborted || group.generation !== generation) throw lostPartition(topic, partition);
            memory.committed(groupId, topic).set(partition, { offset, metadata });
          },
        })
        .finally(() => loading.delete(controller));
      const mine = createOwnedPartition({ partition, handler, controller, log });
      try {
        signal.throwIfAborted();
        const { startOffset } = handler;
        if (startOffset < 0 || startOffset > records.length)
          throw logMoved(topic, partition, startOffset, 0, records.length);
        owned.set(partition, mine);
        trouble = null;
        while (!signal.aborted && owned.get(partition) === mine) {
          if (memory.find(topic) !== source) throw logMoved(topic, partition, mine.nextOffset, 0, 0);
          const batch = records.slice(mine.nextOffset, mine.nextOffset + BATCH_RECORDS);
          if (batch.length === 0) await memory.changed();
          else await mine.process(batch, mine.nextOffset + batch.length, records.length);
          lastActivity = clock.monotonic();
        }
      } catch (error) {
        controller.abort(error);
        if (owned.get(partition) === mine) owned.delete(partition);
        throw error;
      } finally {
        if (signal.aborted) await mine.release();
      }
    };

    const member: Member = {
      topic,
      release: async () => {
        epoch += 1;
        for (const controller of loading) controller.abort(new Error('the group rebalances'));
        const all = [...owned.values()];
        owned.clear();
        // a handler at work hears of it as over a broker, where its next heartbeat is refused
        for (const partition of all) if (partition.isBusy()) partition.abort(new Error('the group rebalances'));
        await Promise.all(all.map((partition) => partition.release()));
      },
      assign: (partitions, generation) => {
        epoch += 1;
        const mine = epoch;
        const run = async (partition: number): Promise<void> => {
          while (mine === epoch) {
            try {
              await work(partition, generation, memory.get(topic));
              return;
            } catch (error) {
              if (mine !== epoch) return;
              trouble = describe(error);
              const moved = error instanceof NextcartError && error.code === 'log_moved';
              log[moved ? 'error' : 'warn'](
                { partition, err: error },
                moved ? 'log_moved' : 'partition_handler_failed',
              );
              await clock.sleep(PAUSE_MS);
            }
          }
        };
        for (const partition of partitions) void run(partition);
      },
    };
    await rebalance(groupId, (members) => members.push(member));
    return {
      owned: () => [...owned.keys()].sort((a, b) => a - b),
      idleMs: () => clock.monotonic() - lastActivity,
      trouble: () => trouble,
      close: () => rebalance(groupId, (members) => members.splice(members.indexOf(member), 1)),
    };
  };
  return { join };
};

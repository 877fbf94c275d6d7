/** The log in memory: the same seam and the same suite as over a broker, for tests that need no broker. */
import { NextcartError } from '@nextcart/contracts';
import type { Clock, Logger } from '@nextcart/runtime';
import { logMoved } from './errors.ts';
import type { Kafka, Producer, Tail, TailOptions } from './kafka.ts';
import { createMemoryAdmin } from './memory-admin.ts';
import { createMemoryGroups } from './memory-group.ts';
import { createMemoryLog, type MemoryLog } from './memory-log.ts';

const BATCH_RECORDS = 500;

const createMemoryTail = (memory: MemoryLog, { topic, from, onRecords }: TailOptions): Tail => {
  const next = new Map<number, number>();
  const targets = new Map<number, number>();
  for (const [partition, records] of memory.get(topic).partitions.entries()) {
    const end = records.length;
    const wanted = from === 'start' ? 0 : from === 'end' ? end : from.get(partition);
    if (wanted === undefined) continue;
    if (wanted < 0 || wanted > end) throw logMoved(topic, partition, wanted, 0, end);
    next.set(partition, wanted);
    targets.set(partition, end);
  }
  if (typeof from !== 'string')
    for (const partition of from.keys())
      if (!next.has(partition))
        throw new NextcartError('bad_configuration', `topic ${topic} has no partition ${partition}`, { retry: false });
  const caughtUp = Promise.withResolvers<void>();
  caughtUp.promise.catch(() => undefined); // a caller may not care
  let closed = false;
  const closing = Promise.withResolvers<void>();
  const arrive = (): void => {
    for (const [partition, target] of targets) if ((next.get(partition) ?? 0) >= target) targets.delete(partition);
    if (targets.size === 0) caughtUp.resolve();
  };
  arrive();

  const read = async (partition: number): Promise<void> => {
    while (!closed) {
      const records = memory.find(topic)?.partitions[partition] ?? [];
      const at = Math.min(next.get(partition) ?? 0, records.length);
      const batch = records.slice(at, at + BATCH_RECORDS);
      if (batch.length === 0) {
        await Promise.race([memory.changed(), closing.promise]);
        continue;
      }
      await onRecords(partition, batch, at + batch.length);
      next.set(partition, at + batch.length);
      arrive();
    }
  };
  const running = Promise.all([...next.keys()].map(read)).catch((error: unknown) => caughtUp.reject(error));
  return {
    caughtUp: caughtUp.promise,
    position: () => next,
    close: async () => {
      closed = true;
      closing.resolve();
      await running;
    },
  };
};

/** A log of its own: what two services should share must be given to both. */
export const createMemoryKafka = (deps: { log: Logger; clock: Clock }): Kafka => {
  const memory = createMemoryLog(deps.clock);
  const groups = createMemoryGroups({ memory, ...deps });
  const open = new Set<{ close(): Promise<void> }>();
  const keep = <T extends { close(): Promise<void> }>(client: T): T => {
    const close = client.close;
    let closing: Promise<void> | undefined;
    open.add(client);
    client.close = () => (closing ??= close().finally(() => open.delete(client)));
    return client;
  };
  const createProducer = async (): Promise<Producer> => ({
    sendAll: async (records) => {
      for (const record of records) memory.append(record);
    },
    queued: () => 0,
    close: async () => undefined,
  });
  return {
    admin: createMemoryAdmin(memory),
    createProducer,
    consume: async (options) => keep(await groups.join(options)),
    tail: async (options) => keep(createMemoryTail(memory, options)),
    close: async () => {
      await Promise.all([...open].map((client) => client.close()));
    },
  };
};

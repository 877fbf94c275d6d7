import { NextcartError } from '@nextcart/contracts';
import type { Admin } from './kafka.ts';
import type { MemoryLog } from './memory-log.ts';

export const createMemoryAdmin = (log: MemoryLog): Admin => ({
  ensureTopics: async (specs) => {
    for (const { name, partitions } of specs) {
      const found = log.find(name)?.partitions.length ?? partitions;
      if (found === partitions) continue;
      throw new NextcartError('bad_configuration', `topic ${name} has ${found} partitions, not ${partitions}`, {
        retry: false,
      });
    }
    const missing = specs.filter(({ name }) => log.find(name) === undefined);
    for (const spec of missing) log.create(spec);
    return missing.map(({ name }) => name);
  },
  topic: async (name) => {
    const { topicId, partitions } = log.get(name);
    return { topicId, partitions: partitions.length };
  },
  offsets: async (name) =>
    log.get(name).partitions.map((records, partition) => ({ partition, start: 0, end: records.length })),
  committed: async (groupId, name) => {
    log.get(name);
    return new Map(log.committed(groupId, name));
  },
  offsetsAt: async (name, timeMs) =>
    new Map(
      log.get(name).partitions.map((records, partition) => {
        const found = records.findIndex(({ appendedAt }) => appendedAt >= timeMs);
        return [partition, found < 0 ? records.length : found];
      }),
    ),
  deleteTopics: async (names) => {
    for (const name of names) log.delete(name);
  },
});

import { createLogger } from '@nextcart/runtime';
import { expect, test } from 'vitest';
import { createOwnedPartition } from './owned-partition.ts';

test('a batch that is fetched twice is wanted once: not while it is processed, nor afterwards', async () => {
  const done = Promise.withResolvers<void>();
  const partition = createOwnedPartition({
    partition: 0,
    handler: { startOffset: 10, process: () => done.promise, release: async () => {} },
    controller: new AbortController(),
    log: createLogger('test', 'silent'),
  });
  expect(partition.wants(10)).toBe(true);
  const processing = partition.process([], 20, 100);
  expect(partition.wants(10)).toBe(false);
  done.resolve();
  await processing;
  expect(partition.wants(10)).toBe(false);
  expect(partition.wants(20)).toBe(true);
  expect(partition.wants(25)).toBe(true); // compaction has emptied what lay between
});

import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock } from '@nextcart/runtime';
import { expect, test } from 'vitest';
import { commitOffset } from './commit-offset.ts';
import type { RawBroker } from './kafkajs-internals.ts';

test('a commit that was given up while the coordinator was looked for is not made when that is found', async () => {
  const found = Promise.withResolvers<RawBroker>();
  const committed: unknown[] = [];
  const membership = { memberId: 'one', generationId: 1 };
  const lost = new AbortController();
  const commit = commitOffset({
    ...{ hook: { membership: () => membership, coordinator: () => found.promise }, membership },
    ...{ groupId: 'group', topic: 'topic', partition: 0, offset: 5, metadata: 'an old plan' },
    ...{ signal: lost.signal, clock: systemClock },
  });
  lost.abort();
  await expect(commit).rejects.toMatchObject({ code: 'lost_partition' });
  // by now the partition may have begun anew in the same generation, and have committed another plan
  found.resolve({ offsetCommit: async (request: unknown) => void committed.push(request) } as unknown as RawBroker);
  await nextTurn();
  expect(committed).toEqual([]);
});

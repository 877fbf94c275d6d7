import type { Clock } from '@nextcart/runtime';
import { describe, isExpelled, lostPartition } from './errors.ts';
import type { Membership, MembershipHook } from './hook-membership.ts';

const RETRY_MS = 200;

/**
 * Commits under the generation in which the partition was given, past kafkajs, whose own commit takes the newest
 * generation and returns in silence when the consumer is stopping. A broker that is away is waited for until the signal
 * aborts; an expelled owner gets 'lost_partition'.
 */
export const commitOffset = async (deps: {
  hook: MembershipHook;
  membership: Membership;
  groupId: string;
  topic: string;
  partition: number;
  offset: number;
  metadata: string;
  signal: AbortSignal;
  clock: Clock;
}): Promise<void> => {
  const { hook, membership, groupId, topic, partition, offset, metadata, signal, clock } = deps;
  for (;;) {
    if (signal.aborted || hook.membership()?.generationId !== membership.generationId)
      throw lostPartition(topic, partition, signal.reason);
    try {
      const coordinator = await hook.coordinator();
      await coordinator.offsetCommit({
        groupId,
        memberId: membership.memberId,
        groupGenerationId: membership.generationId,
        topics: [{ topic, partitions: [{ partition, offset: String(offset), metadata }] }],
      });
      return;
    } catch (error) {
      if (isExpelled(error)) throw lostPartition(topic, partition, error);
      await clock.sleep(RETRY_MS, signal).catch(() => {
        throw lostPartition(topic, partition, describe(error));
      });
    }
  }
};

import { NextcartError } from '@nextcart/contracts';
import type { Clock } from '@nextcart/runtime';
import { isExpelled, lostPartition } from './errors.ts';
import type { Membership, MembershipHook } from './hook-membership.ts';

const RETRY_MS = 200;

/**
 * Commits under the generation in which the partition was given, past kafkajs, whose own commit takes the newest
 * generation and returns in silence when the consumer is stopping. A broker that is away is waited for until the signal
 * aborts; an expelled owner gets 'lost_partition'.
 */
export const commitOffset = async (deps: {
  hook: Pick<MembershipHook, 'membership' | 'coordinator'>;
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
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => undefined);
  const stop = () => lost.reject(lostPartition(topic, partition, signal.reason));
  signal.addEventListener('abort', stop, { once: true });
  const attempt = async (anew: boolean): Promise<void> => {
    const coordinator = await hook.coordinator(anew);
    // whoever has the partition by now, in the same generation even, may have committed since
    signal.throwIfAborted();
    await coordinator.offsetCommit({
      groupId,
      memberId: membership.memberId,
      groupGenerationId: membership.generationId,
      topics: [{ topic, partitions: [{ partition, offset: String(offset), metadata }] }],
    });
  };
  try {
    for (let anew = false; ; anew = true) {
      if (signal.aborted || hook.membership()?.generationId !== membership.generationId)
        throw lostPartition(topic, partition, signal.reason);
      try {
        // raced: kafkajs waits for a broker without end, the owner must not
        await Promise.race([attempt(anew), lost.promise]);
        return;
      } catch (error) {
        if (error instanceof NextcartError) throw error;
        if (isExpelled(error)) throw lostPartition(topic, partition, error);
        await Promise.race([clock.sleep(RETRY_MS), lost.promise]);
      }
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
};

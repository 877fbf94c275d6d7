/**
 * kafkajs tells of its membership by events, which nobody waits for, and hides the generation. Its assigners are handed
 * the cluster object, so calls of it are wrapped:
 * - every JoinGroup begins with `findGroupCoordinator`, and every departure is a `leaveGroup`: `beforeLosing` is
 *   awaited there, so the group can't move on before the partitions were released;
 * - `syncGroup` is told the generation, which a commit of ours must carry;
 * - a join that fails because the broker is away, or the coordinator still loads after a restart, makes kafkajs fetch
 *   on without having joined, for ever, with no event. Such an error is given the type by which kafkajs looks for the
 *   coordinator and joins again; where that does not help, `joinFailed` tells.
 */
import { type PartitionAssigner, PartitionAssigners } from 'kafkajs';
import { kafkajsFields } from './errors.ts';
import type { RawBroker, RawCluster } from './kafkajs-internals.ts';

/** Errors after which kafkajs joins again by itself. */
const JOINS_AGAIN = new Set([
  'REBALANCE_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
]);

export interface Membership {
  readonly memberId: string;
  readonly generationId: number;
}

export interface MembershipHook {
  readonly assigner: PartitionAssigner;
  /** Of the newest generation; null before the first, and between a join and its assignment. */
  membership(): Membership | null;
  /** The last attempt to join failed and no other has begun. */
  joinFailed(): boolean;
  /** The group's coordinator; asked for anew where the known one gave trouble. */
  coordinator(anew: boolean): Promise<RawBroker>;
}

export const hookMembership = (groupId: string, beforeLosing: () => Promise<void>): MembershipHook => {
  const wrapped = new WeakSet<RawBroker>();
  let membership: Membership | null = null;
  let failed = false;
  let known: RawBroker | undefined;
  let find: (() => Promise<RawBroker>) | undefined;

  const attempt = async <T>(step: () => Promise<T>): Promise<T> => {
    failed = false;
    try {
      return await step();
    } catch (error) {
      failed = true;
      const { retriable, type } = kafkajsFields(error);
      if (error instanceof Error && retriable === true && !JOINS_AGAIN.has(type ?? ''))
        Object.assign(error, { type: 'NOT_COORDINATOR_FOR_GROUP' });
      throw error;
    }
  };

  const wrapBroker = (broker: RawBroker): RawBroker => {
    if (wrapped.has(broker)) return broker;
    wrapped.add(broker);
    const join = broker.joinGroup.bind(broker);
    const sync = broker.syncGroup.bind(broker);
    const leave = broker.leaveGroup.bind(broker);
    broker.joinGroup = (request) =>
      attempt(async () => {
        const answer = await join(request);
        membership = null;
        return answer;
      });
    broker.syncGroup = (request) =>
      attempt(() => {
        membership = { memberId: request.memberId, generationId: request.generationId };
        return sync(request);
      });
    broker.leaveGroup = async (request) => {
      await beforeLosing();
      return leave(request);
    };
    return broker;
  };

  return {
    assigner: (config) => {
      const cluster = config.cluster as unknown as RawCluster;
      const original = cluster.findGroupCoordinator.bind(cluster);
      find = () => original({ groupId });
      cluster.findGroupCoordinator = (request) =>
        attempt(async () => {
          await beforeLosing();
          known = wrapBroker(await original(request));
          return known;
        });
      return PartitionAssigners.roundRobin(config);
    },
    membership: () => membership,
    joinFailed: () => failed,
    coordinator: async (anew) => {
      if (find === undefined) throw new Error('the consumer has not started');
      if (anew || known === undefined) known = wrapBroker(await find());
      return known;
    },
  };
};

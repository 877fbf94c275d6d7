/**
 * kafkajs tells of its membership by events, which nobody waits for, and hides the generation. Its assigners are handed
 * the cluster object, so two calls of it are wrapped:
 * - every JoinGroup begins with `findGroupCoordinator`, and every departure is a `leaveGroup`: `beforeLosing` is
 *   awaited there, so the group can't move on before the partitions were released;
 * - `syncGroup` is told the generation, which a commit of ours must carry.
 */
import { type PartitionAssigner, PartitionAssigners } from 'kafkajs';
import type { RawBroker, RawCluster } from './kafkajs-internals.ts';

export interface Membership {
  readonly memberId: string;
  readonly generationId: number;
}

export interface MembershipHook {
  readonly assigner: PartitionAssigner;
  /** Of the newest generation; null before the first. */
  membership(): Membership | null;
  /** The group's coordinator, without the wrapping. */
  coordinator(): Promise<RawBroker>;
}

export const hookMembership = (groupId: string, beforeLosing: () => Promise<void>): MembershipHook => {
  const wrapped = new WeakSet<RawBroker>();
  let membership: Membership | null = null;
  let find: (() => Promise<RawBroker>) | undefined;

  const wrapBroker = (broker: RawBroker): RawBroker => {
    if (wrapped.has(broker)) return broker;
    wrapped.add(broker);
    const sync = broker.syncGroup.bind(broker);
    const leave = broker.leaveGroup.bind(broker);
    broker.syncGroup = (request) => {
      membership = { memberId: request.memberId, generationId: request.generationId };
      return sync(request);
    };
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
      cluster.findGroupCoordinator = async (request) => {
        await beforeLosing();
        return wrapBroker(await original(request));
      };
      return PartitionAssigners.roundRobin(config);
    },
    membership: () => membership,
    coordinator: async () => {
      if (find === undefined) throw new Error('the consumer has not started');
      return find();
    },
  };
};

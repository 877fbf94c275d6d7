export { createKafka } from './client.ts';
export {
  type KafkaConnection,
  kafkaConnection,
  kafkaEnv,
  kafkaEnvRule,
  type RegistryConnection,
  registryConnection,
  registryEnv,
} from './env.ts';
export { followReleases, type ReleaseFollower } from './follow-releases.ts';
export type {
  Admin,
  Assignment,
  CommittedOffset,
  ConsumeOptions,
  Consumer,
  FetchMode,
  Kafka,
  OutgoingRecord,
  PartitionHandler,
  PartitionOffsets,
  Producer,
  ProducerOptions,
  Tail,
  TailOptions,
} from './kafka.ts';
export { createMemoryKafka } from './memory.ts';
export type { RegisteredSchema, RegistryClient } from './registry.ts';
export { createRegistryClient } from './registry-client.ts';
export { MAX_RECORD_BYTES } from './send-queue.ts';

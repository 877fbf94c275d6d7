export type {
  Admin,
  Assignment,
  CommittedOffset,
  ConsumeOptions,
  Consumer,
  Kafka,
  OutgoingRecord,
  PartitionHandler,
  PartitionOffsets,
  Producer,
  ProducerOptions,
  Tail,
  TailOptions,
} from './kafka.ts';
export type { RegisteredSchema, RegistryClient } from './registry.ts';

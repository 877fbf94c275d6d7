import type { LogRecord, TopicSpec } from '@nextcart/contracts';

/**
 * The seam: what the rest of nextcart knows of a log. One implementation is over the real broker (client.ts), one in
 * memory (memory.ts); the same suite runs over both.
 */
export interface Kafka {
  readonly admin: Admin;
  createProducer(options?: ProducerOptions): Promise<Producer>;
  /** Joins a group and works until closed. Resolves when the consumer runs, not when it has partitions. */
  consume(options: ConsumeOptions): Promise<Consumer>;
  /** Reads partitions without a group's offsets: every caller sees every record. */
  tail(options: TailOptions): Promise<Tail>;
  /** Closes every client that was made here and is still open. */
  close(): Promise<void>;
}

export interface PartitionOffsets {
  readonly partition: number;
  /** First offset that the log still holds. */
  readonly start: number;
  /** Next offset to be written: the broker's count of the partition is end − start (no control records: no transactions). */
  readonly end: number;
}

export interface CommittedOffset {
  readonly offset: number;
  /** Empty where none was given. */
  readonly metadata: string;
}

export interface Admin {
  /** Creates what is missing; names of the topics made now. Throws 'bad_configuration' where one is there with another number of partitions. */
  ensureTopics(specs: readonly TopicSpec[]): Promise<string[]>;
  /** Id (UUID, hyphenated) and number of partitions. Throws 'bad_configuration' with the cure where there is no such topic. */
  topic(name: string): Promise<{ readonly topicId: string; readonly partitions: number }>;
  /** By partition, ascending. */
  offsets(topic: string): Promise<PartitionOffsets[]>;
  /** A group's committed offsets by partition; a partition without one is absent. */
  committed(groupId: string, topic: string): Promise<Map<number, CommittedOffset>>;
  /** Offset of the first record appended at or after a time (epoch ms) by partition; the end where there is none. */
  offsetsAt(topic: string, timeMs: number): Promise<Map<number, number>>;
  deleteTopics(names: readonly string[]): Promise<void>;
}

export interface OutgoingRecord {
  readonly topic: string;
  /** By the key's murmur2 where absent. */
  readonly partition?: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer>>;
}

export interface ProducerOptions {
  /** Bytes that may wait before `send` and `sendAll` hold the caller back. */
  readonly maxQueuedBytes?: number;
  /** 10 s where absent: how long `close` waits for the broker. */
  readonly closeTimeoutMs?: number;
}

/**
 * Acks from all replicas; one send in flight, what arrives meanwhile goes with the next (natural batching). Never loses
 * an acknowledged record; may write one twice. While the broker is away everything waits, until `close`.
 */
export interface Producer {
  /** Resolves when the broker has all of them. */
  sendAll(records: readonly OutgoingRecord[]): Promise<void>;
  /** Records handed over and not acknowledged yet. */
  queued(): number;
  /** Waits for what is queued, but not for ever: `sendAll` then rejects with 'broker_unavailable' (retry false). */
  close(): Promise<void>;
}

/** A partition as it was given to this member. */
export interface Assignment {
  readonly topicId: string;
  readonly partition: number;
  readonly start: number;
  readonly end: number;
  /** The group's, or null. */
  readonly committed: CommittedOffset | null;
  /** Aborted as soon as ownership is in doubt (failed heartbeat, revoke, close under a crash): abort inserts and throw. */
  readonly signal: AbortSignal;
  /**
   * Checked against the generation, here and by the broker: an expelled owner gets 'lost_partition' (retry false). One
   * that was on its way when the group moved may be in force all the same, and the next owner goes on from it.
   */
  commit(offset: number, metadata?: string): Promise<void>;
}

export interface PartitionHandler {
  readonly startOffset: number;
  /**
   * Records in the order of the log, none left out, none twice within an assignment; `nextOffset` is one above the
   * last, `end` the end of the log when they were fetched: below it more is there to be read. Never called again before
   * it has settled, and never together with `release`. After a rejection this partition alone begins anew from
   * `onAssigned`, after a pause.
   */
  process(records: readonly LogRecord[], nextOffset: number, end: number): Promise<void>;
  /** Before another member may get the partition, and on close. `lost`: ownership is gone already, nothing may be written. */
  release(lost: boolean): Promise<void>;
}

/**
 * `prompt`: each record within some milliseconds. `bulk`: up to half a second later, for a tenth of the requests and of
 * what they cost broker and reader. A reader that is far behind reads as fast either way.
 */
export type FetchMode = 'prompt' | 'bulk';

export interface ConsumeOptions {
  readonly groupId: string;
  readonly topic: string;
  /** `prompt` where absent. */
  readonly fetch?: FetchMode;
  /** Asked at every assignment, before any record; throws to try again later. */
  onAssigned(assignment: Assignment): Promise<PartitionHandler>;
  /** 10 s where absent. Trials of takeovers want less. */
  readonly sessionTimeoutMs?: number;
  readonly maxBytesPerPartition?: number;
}

export interface Consumer {
  /** Partitions owned now, ascending. */
  owned(): number[];
  /** Milliseconds since the loop last did anything (a fetch, a heartbeat, a join): a stall shows here. */
  idleMs(): number;
  /** Why it does not work at the moment, or null. */
  trouble(): string | null;
  /** Releases every partition, leaves the group. */
  close(): Promise<void>;
}

export interface TailOptions {
  readonly topic: string;
  /** Offsets by partition name the partitions to read; else all of them. */
  readonly from: 'start' | 'end' | ReadonlyMap<number, number>;
  /** `prompt` where absent, and until it has caught up. */
  readonly fetch?: FetchMode;
  /** In order by partition; never called again for a partition before it has settled. */
  onRecords(partition: number, records: readonly LogRecord[], nextOffset: number): Promise<void>;
}

export interface Tail {
  /** Resolves when each partition has been read up to the end that it had when the tail began; rejects where reading failed for good. */
  readonly caughtUp: Promise<void>;
  /** Next offset to be read by partition. */
  position(): ReadonlyMap<number, number>;
  close(): Promise<void>;
}

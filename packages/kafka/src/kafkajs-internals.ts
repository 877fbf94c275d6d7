/**
 * What we use of kafkajs below its public API, typed, in one place. kafkajs is pinned to 2.2.4 exactly, so these paths
 * can't move under us; a newer version means reading this file again.
 */
import { createRequire } from 'node:module';
import type { ConnectionOptions } from 'node:tls';
import type { Logger as KafkajsLogger, SASLOptions } from 'kafkajs';
import type { FetchedRecord } from './fetched-record.ts';

const require = createRequire(import.meta.url);

/** A record as kafkajs's own decoder makes it. */
export interface RawMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;
  readonly isControlRecord?: boolean;
}

/** Ours, but for logs of a format before Kafka 0.11. */
export type FetchedMessages = readonly (FetchedRecord | RawMessage)[];

export interface RawFetchedPartition {
  readonly partition: number;
  readonly highWatermark: string;
  readonly messages: FetchedMessages;
}

export interface OffsetCommitRequest {
  readonly groupId: string;
  readonly memberId: string;
  readonly groupGenerationId: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly offset: string; readonly metadata: string }[];
  }[];
}

/** What kafkajs asks of the body of a request: its own encoders have both. */
export interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

/** What of kafkajs's message is ours: no producer here states a time or another attribute. */
export interface ProduceMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer>>;
}

export interface ProduceRequest {
  readonly acks: number;
  readonly timeout: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly messages: readonly ProduceMessage[];
    }[];
  }[];
}

export interface RawProtocol<T> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    encode(): Promise<Encoded>;
  };
  readonly response: { decode(raw: Buffer): Promise<T>; parse(decoded: T): Promise<T> };
}

export interface RawBroker {
  readonly nodeId: number;
  readonly connectionPool: { send<T>(protocol: RawProtocol<T>): Promise<T> };
  fetch(request: {
    readonly isolationLevel: number;
    readonly maxWaitTime: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly fetchOffset: string;
        readonly maxBytes: number;
      }[];
    }[];
  }): Promise<{
    readonly responses: readonly { readonly topicName: string; readonly partitions: readonly RawFetchedPartition[] }[];
  }>;
  offsetFetch(request: {
    readonly groupId: string;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
    }[];
  }): Promise<{
    readonly responses: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly offset: string;
        readonly metadata: string | null;
      }[];
    }[];
  }>;
  listOffsets(request: {
    readonly isolationLevel: number;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly timestamp: number }[];
    }[];
  }): Promise<{
    readonly responses: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
    }[];
  }>;
  offsetCommit(request: OffsetCommitRequest): Promise<unknown>;
  joinGroup(request: object): Promise<unknown>;
  syncGroup(request: { readonly generationId: number; readonly memberId: string }): Promise<unknown>;
  leaveGroup(request: object): Promise<unknown>;
}

export interface RawCluster {
  readonly brokerPool: { findConnectedBroker(): Promise<RawBroker> };
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  isConnected(): boolean;
  refreshMetadata(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  findBroker(request: { readonly nodeId: number | string }): Promise<RawBroker>;
  findGroupCoordinator(request: { readonly groupId: string }): Promise<RawBroker>;
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Record<string, number[]>;
}

export interface RawClusterOptions {
  readonly logger: KafkajsLogger;
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl: ConnectionOptions | undefined;
  readonly sasl: SASLOptions | undefined;
  readonly socketFactory: unknown;
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
  readonly enforceRequestTimeout: boolean;
  readonly metadataMaxAge: number;
  readonly allowAutoTopicCreation: boolean;
  readonly retry: object;
  readonly isolationLevel: number;
}

export interface RequestQueue {
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  readonly throttledUntil: number;
  readonly pending: readonly unknown[];
  readonly enforceRequestTimeout: boolean;
  readonly requestTimeout: number;
  requestTimeoutIntervalId: NodeJS.Timeout;
  readonly inflight: ReadonlyMap<
    number,
    { readonly sentAt: number; readonly requestTimeout: number; timeoutRequest(): void }
  >;
  isConnected(): boolean;
  /** Ends its timers. */
  destroy(): void;
  scheduleRequestTimeoutCheck(): void;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

export interface RawDecoder {
  readonly buffer: Buffer;
  readonly offset: number;
  forward(bytes: number): void;
}

/** Reads the records of one partition of a fetch's answer: their size in bytes as an int32, then they. */
export type DecodeMessages = (decoder: RawDecoder) => Promise<FetchedMessages>;

type MakeProduce = (request: ProduceRequest) => { readonly encode: () => Promise<Encoded> };

export interface RawConnection {
  isConnected(): boolean;
  connect(): Promise<boolean>;
}

/** 0: read what is written; there are no transactions here. */
export const READ_UNCOMMITTED = 0;
export const RequestQueuePrototype = (require('kafkajs/src/network/requestQueue') as { prototype: RequestQueue })
  .prototype;
export const ConnectionPrototype = (require('kafkajs/src/network/connection') as { prototype: RawConnection })
  .prototype;
export const RawClusterClass = require('kafkajs/src/cluster') as new (options: RawClusterOptions) => RawCluster;

/** Puts ours in the place of a module that kafkajs loads when it first needs it; so this comes before any client. */
const replaceModule = <T>(path: string, replace: (original: T) => T): void => {
  const resolved = require.resolve(path);
  const original = require(resolved) as T;
  const loaded = require.cache[resolved];
  if (loaded === undefined) throw new Error(`kafkajs has no ${path}, where 2.2.4 has it`);
  loaded.exports = replace(original);
};

/** Another decoder of a fetch's records in the place of kafkajs's, which is handed over. */
export const replaceDecodeMessages = (replace: (original: DecodeMessages) => DecodeMessages): void =>
  replaceModule('kafkajs/src/protocol/requests/fetch/v4/decodeMessages', replace);

/** Another encoder of produce requests: versions 4 to 7 are made of version 3's. */
export const replaceEncodeProduce = (encode: (request: ProduceRequest) => Encoded): void =>
  replaceModule<MakeProduce>('kafkajs/src/protocol/requests/produce/v3/request', (original) => (request) => ({
    ...original(request),
    encode: async () => encode(request),
  }));

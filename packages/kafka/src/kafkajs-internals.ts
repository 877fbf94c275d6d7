/**
 * What we use of kafkajs below its public API, typed, in one place. kafkajs is pinned to 2.2.4 exactly, so these paths
 * can't move under us; a newer version means reading this file again.
 */
import { createRequire } from 'node:module';
import type { ConnectionOptions } from 'node:tls';
import type { Logger as KafkajsLogger, SASLOptions } from 'kafkajs';

const require = createRequire(import.meta.url);

export interface RawMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;
  readonly isControlRecord?: boolean;
}

export interface RawFetchedPartition {
  readonly partition: number;
  readonly highWatermark: string;
  readonly messages: readonly RawMessage[];
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

export interface RawProtocol<T> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    encode(): Promise<unknown>;
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
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

export interface RawEncoder {
  readonly buffer: Buffer;
  writeBuffer(bytes: Buffer): RawEncoder;
}

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
export const Encoder = require('kafkajs/src/protocol/encoder') as new () => RawEncoder;

import { topics } from '@nextcart/contracts';
import type { Kafka } from '@nextcart/kafka';
import { type ListStamps, readListStamps, TAIL_BYTES } from './list-tail-fields.ts';
import { DUE_HEADER, preciseNow } from './plan.ts';

/** What was seen in the log while a load ran, each as it became readable. */
export interface SeenEvent {
  readonly partition: number;
  readonly offset: number;
  readonly subject: string;
  /** Epoch ms. */
  readonly due: number;
  readonly appendedAt: number;
}

export interface SeenList {
  readonly partition: number;
  readonly subject: string;
  readonly readAt: number;
  /** Null for a tombstone: a visitor who signed in is answered by one. */
  readonly stamps: ListStamps | null;
}

export interface Recording {
  readonly events: SeenEvent[];
  readonly lists: SeenList[];
}

/** Reads both topics from their ends, as an outside client would, until it is stopped. */
export const startRecorder = async (kafka: Kafka): Promise<{ stop(): Promise<Recording> }> => {
  const events: SeenEvent[] = [];
  const raw: { partition: number; key: Buffer; readAt: number; tail: Buffer | null }[] = [];
  const lists = await kafka.tail({
    topic: topics.recommendations.name,
    from: 'end',
    onRecords: async (partition, records) => {
      const readAt = preciseNow();
      for (const { key, value } of records)
        if (key !== null)
          // copies: what a fetch brought must not be kept alive; decoded at the end
          raw.push({
            partition,
            key: Buffer.from(key),
            readAt,
            tail: value === null ? null : Buffer.from(value.subarray(-TAIL_BYTES)),
          });
    },
  });
  const log = await kafka.tail({
    topic: topics.events.name,
    from: 'end',
    fetch: 'bulk', // when an event was read is not what is timed
    onRecords: async (partition, records) => {
      for (const { offset, key, appendedAt, headers } of records) {
        const due = headers?.[DUE_HEADER];
        if (due !== undefined && key !== null)
          events.push({ partition, offset, subject: key.toString(), due: Number(due.toString()), appendedAt });
      }
    },
  });
  await Promise.all([lists.caughtUp, log.caughtUp]);
  return {
    stop: async () => {
      await Promise.all([lists.close(), log.close()]);
      const seen = raw.map(({ partition, key, readAt, tail }) => ({
        partition,
        subject: key.toString(),
        readAt,
        stamps: tail === null ? null : readListStamps(tail),
      }));
      return { events, lists: seen };
    },
  };
};

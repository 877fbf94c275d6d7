import { deadLetterCodec, topics, WIRE_HEADER_BYTES } from '@nextcart/contracts';
import type { Kafka } from '@nextcart/kafka';

/**
 * Sends dead letters to their topics again, from where the last replay (of this reason) ended: the group's offset is
 * committed after the broker has the records, so a stopped replay repeats at most a batch, and cleaning finds those
 * repeats by their event ids.
 */
export const replayDeadLetters = async (
  kafka: Kafka,
  reason?: string,
  topic: string = topics.deadLetters.name,
): Promise<{ sent: number; skipped: number }> => {
  const producer = await kafka.createProducer();
  const codec = deadLetterCodec();
  const seen = new Set<string>();
  let sent = 0;
  let skipped = 0;
  const ends = new Map((await kafka.admin.offsets(topic)).map(({ partition, end }) => [partition, end]));
  const open = new Set([...ends].filter(([, end]) => end > 0).map(([partition]) => partition));
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  if (open.size === 0) resolve();

  const consumer = await kafka.consume({
    groupId: `nextcart-dead-letters${reason === undefined ? '' : `-${reason}`}`,
    topic,
    onAssigned: async (assignment) => {
      const end = ends.get(assignment.partition) ?? 0;
      // letters expire: what was replayed last can be below what the log still holds
      const startOffset = Math.max(assignment.committed?.offset ?? 0, assignment.start);
      const reached = (offset: number) => {
        if (offset < end) return;
        open.delete(assignment.partition);
        if (open.size === 0) resolve();
      };
      reached(startOffset);
      return {
        startOffset,
        process: async (records, nextOffset) => {
          try {
            const again = [];
            for (const { offset, key, value } of records) {
              const position = key?.toString();
              if (offset >= end || value === null || position === undefined || seen.has(position)) continue;
              seen.add(position);
              const letter = codec.decode(value.subarray(WIRE_HEADER_BYTES));
              if (reason !== undefined && letter.reason !== reason) {
                skipped += 1;
                continue;
              }
              again.push({ topic: letter.topic, key: letter.key, value: letter.value });
            }
            await producer.sendAll(again);
            sent += again.length;
            await assignment.commit(Math.min(nextOffset, end));
            reached(nextOffset);
          } catch (error) {
            reject(error);
            throw error;
          }
        },
        release: async () => undefined,
      };
    },
  });
  try {
    await done;
  } finally {
    await consumer.close();
    await producer.close();
  }
  return { sent, skipped };
};

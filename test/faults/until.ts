import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '@nextcart/contracts';
import type { Kafka } from '@nextcart/kafka';

const POLL_MS = 200;
const TIMEOUT_MS = 180_000;

/** Thrown by a question to say what its answer still lacks. */
class NotYet extends Error {}

/** Asks until the answer is no longer null; an error is an answer to come. Rejects after three minutes, or `timeoutMs`. */
export const until = async <T>(what: string, ask: () => Promise<T | null>, timeoutMs = TIMEOUT_MS): Promise<T> => {
  const giveUpAt = performance.now() + timeoutMs;
  let trouble: unknown = 'not yet';
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== null) return answer;
    } catch (error) {
      trouble = error;
    }
    if (performance.now() > giveUpAt)
      throw new Error(`waited ${timeoutMs / 1000} s for ${what}: ${String(trouble)}`, { cause: trouble });
    await sleep(POLL_MS);
  }
};

/** Next offset of each partition of the events. */
export const logEnds = async (kafka: Kafka): Promise<Map<number, number>> =>
  new Map((await kafka.admin.offsets(topics.events.name)).map(({ partition, end }) => [partition, end]));

/** Resolves when a group has done all below `ends` (now, where absent): what it commits is in the store, or answered. */
export const untilCommitted = async (
  kafka: Kafka,
  group: string,
  ends?: ReadonlyMap<number, number>,
): Promise<void> => {
  const wanted = ends ?? (await logEnds(kafka));
  await until(`${group} to come to the end of the log`, async () => {
    const committed = await kafka.admin.committed(group, topics.events.name);
    const behind = [...wanted].filter(([partition, end]) => (committed.get(partition)?.offset ?? 0) < end);
    if (behind.length === 0) return true;
    const where = behind.map(
      ([partition, end]) => `${partition}: ${committed.get(partition)?.offset ?? '-'} of ${end}`,
    );
    throw new NotYet(`partition ${where.join(', ')}`);
  });
};

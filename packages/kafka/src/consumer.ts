/**
 * A member of a group that works until it is closed: sessions (consumer-session.ts) end by crashes, silence or a topic
 * that was made anew, and each is followed by the next.
 */
import { NextcartError } from '@nextcart/contracts';
import type { Clock, Logger } from '@nextcart/runtime';
import type { KafkajsHome } from './connect-kafkajs.ts';
import { type ConsumerSession, startConsumerSession } from './consumer-session.ts';
import { describe } from './errors.ts';
import type { Admin, ConsumeOptions, Consumer } from './kafka.ts';

/** kafkajs's own loop fetches twice a second and more: a minute without anything is a loop that hangs. */
const SILENCE_MS = 60_000;
const WATCH_MS = 5000;
const PAUSE_MS = 1000;
/** A fetch with nothing to read comes back twice a second, and a heartbeat every second beside a long handler. */
const QUIET_MS = 5000;

export const createConsumer = async (
  deps: { home: KafkajsHome; admin: Admin; log: Logger; clock: Clock },
  options: ConsumeOptions,
): Promise<Consumer> => {
  const { admin, log, clock } = deps;
  const closed = new AbortController();
  let trouble: string | null = null;
  let session: ConsumerSession = await startConsumerSession({ ...deps, options });

  /** Resolves with the reason when the session should be replaced. */
  const watch = async (watched: ConsumerSession, over: AbortSignal): Promise<string> => {
    for (;;) {
      await clock.sleep(WATCH_MS, over);
      const silentMs = clock.monotonic() - watched.lastActivity();
      if (silentMs > SILENCE_MS) return `nothing happened for ${Math.round(silentMs)} ms`;
      const known = watched.topicId();
      if (known === null) continue;
      const now = await admin.topic(options.topic).catch(() => null);
      if (now !== null && now.topicId !== known && watched.topicId() === known)
        return `topic ${options.topic} was made anew`;
    }
  };

  const supervise = async (): Promise<void> => {
    while (!closed.signal.aborted) {
      const over = new AbortController();
      const reason = await Promise.race([
        session.ended.then((error) => `the client stopped: ${describe(error)}`),
        watch(session, over.signal).catch(() => 'closed'),
      ]);
      over.abort();
      if (closed.signal.aborted) return;
      trouble = reason;
      log.error({ groupId: options.groupId, topic: options.topic, reason }, 'consumer_replaced');
      await session.close();
      while (!closed.signal.aborted) {
        await clock.sleep(PAUSE_MS, closed.signal).catch(() => undefined);
        if (closed.signal.aborted) return;
        try {
          const next = await startConsumerSession({ ...deps, options });
          if (closed.signal.aborted) {
            await next.close();
            return;
          }
          session = next;
          trouble = null;
          break;
        } catch (error) {
          trouble = describe(error);
          log.warn({ groupId: options.groupId, err: error }, 'consumer_start_failed');
        }
      }
    }
  };
  const supervised = supervise().catch((error: unknown) => {
    trouble = describe(new NextcartError('internal', 'the supervisor stopped', { retry: false, cause: error }));
    log.error({ err: error }, 'consumer_supervisor_failed');
  });

  /** kafkajs asks again and again without an error of its own: that the broker is away shows in its silence alone. */
  const silence = (): string | null => {
    const silentMs = clock.monotonic() - session.lastActivity();
    return silentMs < QUIET_MS ? null : `no word from the Kafka broker for ${Math.round(silentMs / 1000)} s`;
  };

  return {
    owned: () => session.owned(),
    idleMs: () => clock.monotonic() - session.lastActivity(),
    trouble: () => trouble ?? session.trouble() ?? silence(),
    close: async () => {
      closed.abort();
      await session.close();
      await supervised;
    },
  };
};

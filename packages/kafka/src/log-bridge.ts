import type { Clock, Logger } from '@nextcart/runtime';
import kafkajs, { type logCreator } from 'kafkajs';

/** One line of a kind in this time, with the number left out: a broker away for 20 s makes hundreds. */
const QUIET_MS = 10_000;

const snake = (text: string): string => text.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();

/** kafkajs's log in ours: its errors are our warnings (it retries), its warnings our news, the rest is for debugging. */
export const createLogBridge = (log: Logger, clock: Clock): logCreator => {
  const kinds = new Map<string, { quietUntil: number; suppressed: number }>();
  return () =>
    ({ namespace, level, log: entry }) => {
      const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...rest } = entry;
      const event = `kafka_${snake(namespace === '' ? 'client' : namespace)}`;
      if (level > kafkajs.logLevel.WARN) {
        log.debug({ ...rest, detail: message }, event);
        return;
      }
      const key = `${event}/${level}`;
      const kind = kinds.get(key) ?? { quietUntil: 0, suppressed: 0 };
      kinds.set(key, kind);
      const now = clock.monotonic();
      if (now < kind.quietUntil) {
        kind.suppressed += 1;
        return;
      }
      kind.quietUntil = now + QUIET_MS;
      const fields = { ...rest, detail: message, ...(kind.suppressed > 0 ? { suppressed: kind.suppressed } : {}) };
      kind.suppressed = 0;
      if (level === kafkajs.logLevel.ERROR) log.warn(fields, event);
      else log.info(fields, event);
    };
};

import { randomUUID } from 'node:crypto';
import {
  avroType,
  type BehaviourEvent,
  CLOCK_HEADER,
  createCodec,
  registrySubject,
  schemaText,
  topics,
  wireEncode,
} from '@nextcart/contracts';
import { systemClock } from '@nextcart/runtime';
import type { FaultSystem } from './fault-system.ts';

/** Sent at once, each of a subject of its own: `newer 0`, `newer 1`, … */
export const NEWER_EVENTS = 40;

/**
 * Registers a newer schema of events that no service has asked for, because none has seen it: an event of it can't be read
 * while the registry is away. `send` puts some into the log.
 */
export const registerUnasked = async (system: FaultSystem): Promise<{ send(): Promise<void> }> => {
  const { registry, producer, schemas, items } = system;
  const newer = JSON.parse(schemaText('behaviour-event')) as { fields: object[] };
  newer.fields.push({ name: 'channel', type: ['null', 'string'], default: null });
  const writerText = JSON.stringify(newer);
  const id = await registry.register(registrySubject(topics.events.name), writerText);
  schemas.set(id, createCodec<BehaviourEvent>(schemaText('behaviour-event'), writerText));
  const writer = avroType(writerText);
  const itemIds = [...items.keys()];
  const record = (n: number) => {
    const clock = systemClock.now() - 12 * 3_600_000;
    const userId = `newer ${n}`;
    const event: BehaviourEvent = {
      ...{ eventId: randomUUID(), eventTime: clock, eventType: 'view', userId, itemId: itemIds[n] ?? null },
      ...{ visitorId: null, sessionId: null, query: null, quantity: null, amount: null, currency: null },
      ...{ recommId: null, properties: {} },
    };
    return {
      topic: topics.events.name,
      key: Buffer.from(userId),
      value: wireEncode(id, writer.toBuffer({ ...event, channel: 'app' })),
      headers: { [CLOCK_HEADER]: Buffer.from(String(clock)) },
    };
  };
  return { send: () => producer.sendAll(Array.from({ length: NEWER_EVENTS }, (_, n) => record(n))) };
};

import {
  behaviourEventCodec,
  CLOCK_HEADER,
  catalogItemCodec,
  DEFAULT_SOURCE,
  NextcartError,
  registrySubject,
  SOURCE_HEADER,
  schemaText,
  topics,
  wireEncode,
} from '@nextcart/contracts';
import type { DatasetRecord } from '@nextcart/datasets';
import type { Producer, RegistryClient } from '@nextcart/kafka';

export interface EventSender {
  /** Encodes the records and resolves when the broker has all of them. */
  send(records: readonly DatasetRecord[]): Promise<void>;
}

/**
 * Dataset records to the topics, as a shop's own producer would send them: wire format, key = subject.
 * `source` names the stream (its own watermark); `ownClock` sends the shop's clock along, for events that are
 * replayed faster or later than they happened.
 */
export const createEventSender = async (deps: {
  producer: Producer;
  registry: RegistryClient;
  source?: string;
  ownClock: boolean;
  topicNames?: { events: string; catalog: string };
}): Promise<EventSender> => {
  const { producer, registry, source = DEFAULT_SOURCE, ownClock } = deps;
  const names = deps.topicNames ?? { events: topics.events.name, catalog: topics.catalog.name };
  const ids = {
    events: await registry.register(registrySubject(names.events), schemaText('behaviour-event')),
    catalog: await registry.register(registrySubject(names.catalog), schemaText('catalog-item')),
  };
  const sourceHeader = source === DEFAULT_SOURCE ? {} : { [SOURCE_HEADER]: Buffer.from(source) };
  const encodeEvent = behaviourEventCodec();
  const encodeItem = catalogItemCodec();

  const value = (record: DatasetRecord): Buffer | null => {
    if (record.raw !== undefined) return record.raw;
    if (record.event !== undefined) return wireEncode(ids.events, encodeEvent.encode(record.event));
    if (record.item !== undefined) return wireEncode(ids.catalog, encodeItem.encode(record.item));
    throw new NextcartError('bad_input', 'a dataset record has neither event, item nor raw bytes', { retry: false });
  };

  return {
    send: async (records) => {
      await producer.sendAll(
        records.map((record) => ({
          topic: names[record.topic],
          key: record.key === null ? null : Buffer.from(record.key),
          value: value(record),
          ...(record.topic === 'events'
            ? {
                headers: ownClock
                  ? { ...sourceHeader, [CLOCK_HEADER]: Buffer.from(String(record.clock)) }
                  : sourceHeader,
              }
            : {}),
        })),
      );
    },
  };
};

import type { CatalogState, SchemaVersions } from '@nextcart/events';
import { createCatalogJudge, createCatalogState, createSchemaVersions } from '@nextcart/events';
import type { Kafka, RegistryClient } from '@nextcart/kafka';
import { untilDone, type WaitingDeps } from '@nextcart/runtime';

/**
 * The catalogue that fills gaps of events (law 4), folded from catalog.v1 from its start: the topic is compacted, so
 * that is each item's newest record and little more. Events are judged once it has caught up.
 */
export interface CatalogFeed {
  readonly state: CatalogState;
  close(): Promise<void>;
}

/** Resolves when the topic was read up to its end as of now. */
export const openCatalogFeed = async (deps: {
  readonly kafka: Kafka;
  readonly registry: RegistryClient;
  readonly retry: WaitingDeps;
  readonly topic: string;
  readonly signal: AbortSignal;
}): Promise<CatalogFeed> => {
  const { kafka, registry, retry, topic, signal } = deps;
  const versions: SchemaVersions = createSchemaVersions('catalog-item');
  const judge = createCatalogJudge(versions);
  const state = createCatalogState();
  const tail = await untilDone(retry, topic, signal, () =>
    kafka.tail({
      topic,
      from: 'start',
      fetch: 'bulk', // events of the last half second may still be filled by the item as it was
      onRecords: async (partition, records) => {
        await untilDone(retry, `${topic}/${partition} (catalogue of events)`, signal, () =>
          versions.resolve(records, (id) => registry.schema(id)),
        );
        for (const record of records) {
          const { outcome, itemId, item } = judge.judge(record);
          // one that can't be read changes nothing: the item stays as it was
          if (outcome === 'accepted') state.fold(partition, record.offset, itemId, item);
        }
      },
    }),
  );
  await tail.caughtUp;
  return { state, close: () => tail.close() };
};

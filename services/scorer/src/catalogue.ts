import type { CatalogItem, ItemIndex } from '@nextcart/contracts';
import { type CatalogState, createCatalogJudge, createCatalogState, createSchemaVersions } from '@nextcart/events';
import type { Kafka, Tail } from '@nextcart/kafka';
import { type CatalogFeatures, createCatalogFeatures, type RankingConfiguration } from '@nextcart/ranking';
import { hashText, type IdHash } from './list-mark.ts';

/** catalog.v1 in memory: the items, and what ranking derives from them. */
export interface Catalogue {
  readonly state: CatalogState;
  readonly features: CatalogFeatures;
  item(itemId: string): CatalogItem | undefined;
  /** Whether an item that has this hash is known and may not be shown. */
  isGone(item: IdHash): boolean;
}

export interface CatalogueTail extends Catalogue {
  /** Starts to read; resolves when the topic has been read up to the end that it had. */
  start(): Promise<void>;
  isCaughtUp(): boolean;
  close(): Promise<void>;
}

/** Whether an item may be shown at all, times of availability apart: a shown one that no longer may is replaced at once. */
const mayBeShown = (item: CatalogItem | undefined): boolean =>
  item !== undefined && !item.hidden && (item.stock === null || item.stock > 0);

/** `onGone`: an item that could be shown can be no longer. Records that can't be read change nothing: ingest accounts for them. */
export const createCatalogue = (deps: {
  kafka: Kafka;
  topic: string;
  index: ItemIndex;
  configuration: RankingConfiguration;
  /** Asks the registry until it answers. */
  schemaText: (id: number) => Promise<string | null>;
  onGone: (item: IdHash) => void;
}): CatalogueTail => {
  const { kafka, topic, index, configuration, onGone } = deps;
  const state = createCatalogState();
  const versions = createSchemaVersions('catalog-item');
  const judge = createCatalogJudge(versions);
  const item = (itemId: string) => state.get(itemId)?.item;
  const features = createCatalogFeatures({
    index,
    catalog: { item: (at) => item(index.id(at)) },
    configuration,
  });
  let tail: Tail | undefined;
  let caughtUp = false;
  /** By half of the hash: one of some millions is taken for gone wrongly, and its list looked at for nothing. */
  const gone = new Set<number>();

  return {
    state,
    features,
    item,
    isGone: ({ low }) => gone.has(low),
    isCaughtUp: () => caughtUp,
    start: async () => {
      tail = await kafka.tail({
        topic,
        from: 'start',
        onRecords: async (partition, records) => {
          if (versions.idsNotAsked(records).length > 0) await versions.resolve(records, deps.schemaText);
          for (const record of records) {
            const verdict = judge.judge(record);
            if (verdict.outcome !== 'accepted') continue;
            const before = item(verdict.itemId);
            if (!state.fold(partition, record.offset, verdict.itemId, verdict.item)) continue;
            features.refresh(index.add(verdict.itemId));
            const hash = hashText(verdict.itemId);
            if (mayBeShown(verdict.item ?? undefined)) gone.delete(hash.low);
            else {
              gone.add(hash.low);
              if (mayBeShown(before)) onGone(hash);
            }
          }
        },
      });
      await tail.caughtUp;
      caughtUp = true;
    },
    close: async () => {
      await tail?.close();
    },
  };
};

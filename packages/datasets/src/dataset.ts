import type { BehaviourEvent, CatalogItem } from '@nextcart/contracts';

/** What a shop would send: an event, an item, a tombstone of an item, or raw bytes (dirt). */
export interface DatasetRecord {
  readonly topic: 'events' | 'catalog';
  readonly key: string | null;
  /** The shop's clock at the time of sending, epoch ms; never falls. An event's own time may lie before or after it. */
  readonly clock: number;
  readonly event?: BehaviourEvent;
  readonly item?: CatalogItem;
  /** The value as it is, wire header included (null: a tombstone). */
  readonly raw?: Buffer | null;
}

/** A source of behaviour, the same at every reading. */
export interface Dataset {
  readonly name: string;
  /** Events in all, where it is known without reading everything. */
  readonly total: number | undefined;
  catalog(): AsyncIterable<DatasetRecord>;
  /** From event number `from` (0-based) on. */
  events(from: number): AsyncIterable<DatasetRecord>;
}

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

/** What a reading does while it has no record to give: minutes, with large files. */
export interface Preparation {
  /** In words: 'reading and sorting'. */
  readonly what: string;
  /** Bytes of the files as they lie on the disk, or events that are passed over; from 0 to `total`. */
  readonly done: number;
  readonly total: number;
}
/** Called often. What it throws ends the reading, which cleans up behind itself. */
export type Tell = (preparation: Preparation) => void;

/** A source of behaviour, the same at every reading. */
export interface Dataset {
  readonly name: string;
  /** Events in all, once it is known: of a set in files when its catalogue or its events were read through. */
  readonly total: number | undefined;
  catalog(tell?: Tell): AsyncIterable<DatasetRecord>;
  /** From event number `from` (0-based) on. A set in files whose catalogue was read has its `total` with the first. */
  events(from: number, tell?: Tell): AsyncIterable<DatasetRecord>;
}

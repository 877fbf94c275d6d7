/** How long a text or a byte string of a datum may be. */
export interface Limits {
  /** Of any text or byte string that has no limit of its own. */
  readonly textBytes: number;
  /** By the path of the field, as in `fieldPath`. */
  readonly byPath: Readonly<Record<string, number>>;
}

/**
 * Ids are keys of tables, topics and maps in memory, so they are kept short. A query longer than 2 KiB is not typed by
 * a person. Titles and categories stand in every list that shows their item, and a list must be a record that the broker
 * takes. 64 KiB leaves room for the 64 events of a history record (merged-history.ts keeps to 60,000 bytes).
 */
export const defaultLimits: Limits = {
  textBytes: 65_536,
  byPath: {
    visitorId: 256,
    userId: 256,
    sessionId: 256,
    itemId: 256,
    recommId: 256,
    currency: 32,
    query: 2_048,
    title: 2_048,
    category: 256,
  },
};

/** Of an item's category, from the root of the tree. */
export const MAX_CATEGORY_LEVELS = 16;

/** Of a record's whole value: the broker's own default limit for a message. */
export const MAX_VALUE_BYTES = 1_048_576;

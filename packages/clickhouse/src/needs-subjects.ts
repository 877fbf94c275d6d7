import type { EventType, LogSlice } from '@nextcart/contracts';
import type { Store } from './store.ts';
import { readSubjectFeatures, type SubjectFeatures, type SubjectFeaturesRequest } from './subject-features.ts';
import { countedCondition } from './window-rows.ts';

export interface ActiveSubject {
  readonly subject: string;
  /** Of their newest event. */
  readonly partition: number;
  /** Of that event, epoch ms. */
  readonly newest: number;
}

/**
 * Who did something with an item in slices of the log, outliers and robots left out: the `most` whose newest such event
 * is the latest, newest first, equally new ones by hash. A function of the request alone, whatever arrived later.
 */
export const readActiveSubjects = (
  store: Store,
  request: {
    readonly topicId: string;
    readonly ranges: readonly LogSlice[];
    readonly types: readonly EventType[];
    readonly most: number;
  },
): Promise<ActiveSubject[]> => {
  const { topicId, ranges, types, most } = request;
  const slices = ranges.map(
    ({ partition, from, to }) =>
      `(partition = ${Number(partition)} AND offset >= ${Number(from)} AND offset < ${Number(to)})`,
  );
  return store.query<ActiveSubject>(
    `SELECT subject, home AS partition, newest
     FROM (
       SELECT subject, argMax(partition, (event_time, partition)) AS home, toUnixTimestamp64Milli(max(event_time)) AS newest
       FROM events
       WHERE topic_id = {topicId:UUID} AND (${slices.join(' OR ') || 'false'}) AND ${countedCondition}
         AND event_type IN {types:Array(String)} AND ifNull(item_id, '') != '' AND subject != ''
       GROUP BY subject
     )
     ORDER BY newest DESC, cityHash64(subject), subject LIMIT {most:UInt32}`,
    { topicId, types, most },
    { max_threads: 1 },
  );
};

export interface ItemText {
  readonly id: string;
  readonly title: string;
  /** From the widest to the narrowest. */
  readonly category: readonly string[];
}

/** What the catalogue says of some items now; items that it does not have are absent. */
export const readItemTexts = (store: Store, itemIds: readonly string[]): Promise<ItemText[]> =>
  inFields(itemIds, (some) =>
    store.query<ItemText>(
      'SELECT item_id AS id, title, category FROM catalog_current WHERE item_id IN {some:Array(String)}',
      { some },
      { max_threads: 1 },
    ),
  );

/** `readSubjectFeatures` of any number of subjects. */
export const readFeaturesOf = (
  store: Store,
  subjects: readonly string[],
  request: Omit<SubjectFeaturesRequest, 'subjects'>,
): Promise<SubjectFeatures[]> =>
  inFields(subjects, (some) => readSubjectFeatures(store, { ...request, subjects: some }));

/** The server takes no parameter of more than 128 KiB (http_max_field_value_size). */
const FIELD_BYTES = 100_000;

/** Asks for some names at a time, as many as a parameter holds. */
const inFields = async <T>(names: readonly string[], ask: (some: readonly string[]) => Promise<T[]>): Promise<T[]> => {
  const rows: T[][] = [];
  let some: string[] = [];
  let bytes = 0;
  for (const name of names) {
    // quoted, at the worst with every byte escaped
    const own = 2 * Buffer.byteLength(name) + 3;
    if (bytes + own > FIELD_BYTES && some.length > 0) {
      rows.push(await ask(some));
      [some, bytes] = [[], 0];
    }
    some.push(name);
    bytes += own;
  }
  if (some.length > 0) rows.push(await ask(some));
  return rows.flat();
};

export interface SubjectDeed {
  readonly type: string;
  /** Epoch ms. */
  readonly time: number;
  /** Texts are empty where the event has none. */
  readonly itemId: string;
  readonly title: string;
  /** From the widest to the narrowest. */
  readonly category: readonly string[];
  readonly query: string;
}

/** A subject's newest kept events with an item or a search, newest first, with what the catalogue says of the items. */
export const readSubjectDeeds = (store: Store, subject: string, most: number): Promise<SubjectDeed[]> =>
  store.query<SubjectDeed>(
    `SELECT toString(event_type) AS type, toUnixTimestamp64Milli(event_time) AS time, item_id AS itemId,
       if(c.title = '', item_id, c.title) AS title, c.category AS category, query
     FROM (
       SELECT * FROM subject_events
       WHERE subject = {subject:String} AND event_type IN ('search', 'view', 'click', 'cart', 'purchase')
       ORDER BY event_time DESC, offset DESC LIMIT {most:UInt32}
     ) AS e
     LEFT JOIN (SELECT item_id, title, category FROM catalog_current) AS c USING (item_id)
     ORDER BY event_time DESC, offset DESC`,
    { subject, most },
  );

/**
 * What models learn from: kept events of slices of the log, without robots and outliers. Invariants: the rows are a
 * function of the request alone, whatever arrived later; they come partition by partition, in the order of the log, which
 * is the order of each subject's fold; neither server nor reader ever holds more than a page of `PAGE_OFFSETS`.
 */
import { type EventType, type LogSlice, NextcartError } from '@nextcart/contracts';
import { readPositions } from './events-table.ts';
import type { Store } from './store.ts';
import { countedCondition } from './window-rows.ts';

/** Table `events` is ordered by position: a page is read from its granules alone, some 4 MB of JSON. */
export const PAGE_OFFSETS = 65_536;

export interface TrainingRequest {
  readonly topicId: string;
  readonly ranges: readonly LogSlice[];
  readonly types: readonly EventType[];
}

/** Events as columns of one length; texts are empty where an event has none. */
export interface TrainingPage {
  readonly partition: number;
  readonly offsets: readonly number[];
  readonly subjects: readonly string[];
  readonly types: readonly EventType[];
  /** Epoch ms. */
  readonly times: readonly number[];
  readonly items: readonly string[];
  /** As the row was enriched: the event's own, else the catalogue's at that time. */
  readonly categories: readonly string[];
  readonly queries: readonly string[];
  /** In the base currency; null where there is none. */
  readonly amounts: readonly (number | null)[];
  /** 1 for what is learned from, 0 for what is only known of its subject; absent: all of it is learned from. */
  readonly learned?: readonly number[];
}

export const inSlice = ({ partition, from, to }: LogSlice): string =>
  `(partition = ${Number(partition)} AND offset >= ${Number(from)} AND offset < ${Number(to)})`;
/** Numbers of subjects by their names, others for other slices: who is drawn again and again would not be the same people. */
export const subjectDraw = (slices: readonly LogSlice[]): string =>
  `cityHash64(subject, ${slices.reduce((sum, { to }) => sum + Number(to), 0)})`;
/** Rows that models may learn from; its parameters are `topicId` and `types`. */
export const learnable = (slices: readonly LogSlice[]): string =>
  `topic_id = {topicId:UUID} AND (${slices.map(inSlice).join(' OR ') || 'false'})
   AND ${countedCondition} AND event_type IN {types:Array(String)} AND subject != ''`;

/** How many events `readTrainingEvents` will give. */
export const countTrainingEvents = async (
  store: Store,
  { topicId, ranges, types }: TrainingRequest,
): Promise<number> => {
  const [row] = await store.query<{ n: number }>(
    `SELECT count() AS n FROM events WHERE ${learnable(ranges)}`,
    { topicId, types },
    { max_threads: 1 },
  );
  return row?.n ?? 0;
};

/**
 * Page by page; `attempt` stands around each query, so that one the store did not answer can be asked again. Throws as
 * `checkTrainingSlices` does.
 */
export async function* readTrainingEvents(
  store: Store,
  request: TrainingRequest,
  attempt: <T>(query: () => Promise<T>) => Promise<T> = (query) => query(),
): AsyncGenerator<TrainingPage> {
  await attempt(() => checkTrainingSlices(store, request));
  for (const { partition, from, to } of request.ranges)
    for (let start = from; start < to; start += PAGE_OFFSETS) {
      const slice = { partition, from: start, to: Math.min(to, start + PAGE_OFFSETS) };
      const page = await attempt(() => readPage(store, request, slice, { where: learnable([slice]) }));
      if (page.offsets.length > 0) yield page;
    }
}

/** `learned`: an expression of 0 and 1. */
export const readPage = async (
  store: Store,
  { topicId, types }: Pick<TrainingRequest, 'topicId' | 'types'>,
  slice: LogSlice,
  { where, learned }: { readonly where: string; readonly learned?: string },
): Promise<TrainingPage> => {
  // columns in one row: names would be most of the bytes of a row an event
  const [columns] = await store.query<Omit<TrainingPage, 'partition'>>(
    `SELECT groupArray(offset) AS offsets, groupArray(subject) AS subjects, groupArray(toString(event_type)) AS types,
       groupArray(toUnixTimestamp64Milli(event_time)) AS times, groupArray(ifNull(item_id, '')) AS items,
       groupArray(category) AS categories, groupArray(ifNull(query, '')) AS queries,
       groupArray(ifNull(toFloat64(base_amount), nan)) AS amounts${learned ? ', groupArray(is_learned) AS learned' : ''}
     FROM (
       SELECT offset, subject, event_type, event_time, item_id, category, query, base_amount${learned ? `, toUInt8(${learned}) AS is_learned` : ''}
       FROM events WHERE ${where} ORDER BY topic_id, partition, offset
     )`,
    { topicId, types },
    // one thread and the sort kept: the arrays are in the order of the log
    { max_threads: 1, query_plan_remove_redundant_sorting: 0, output_format_json_quote_denormals: 0 },
  );
  if (columns === undefined) throw new RangeError('an aggregate without GROUP BY has one row');
  return { partition: slice.partition, ...columns };
};

/**
 * Throws a NextcartError 'store_unavailable' (try again) where the store has not yet read as far as the slices go, and
 * 'bad_input' where they name a partition twice.
 */
export const checkTrainingSlices = async (
  store: Store,
  { topicId, ranges }: Omit<TrainingRequest, 'types'>,
): Promise<void> => {
  const partitions = ranges.map(({ partition }) => partition);
  if (new Set(partitions).size < partitions.length)
    throw new NextcartError('bad_input', `slices name a partition twice: ${partitions.join(', ')}`, { retry: false });
  // rows of a partition are inserted in the order of the log: where the newest is in, all before it are
  const next = new Map((await readPositions(store, 'events', topicId)).map((at) => [at.partition, at.next]));
  for (const { partition, from, to } of ranges)
    if (from < to && (next.get(partition) ?? 0) < to)
      throw new NextcartError(
        'store_unavailable',
        `the store has partition ${partition} up to ${next.get(partition) ?? 0}, ${to} is wanted`,
        { retry: true, cure: 'start ingest, or look at its lag', context: { partition, to } },
      );
};

/**
 * What a training learns from. Invariants: a subject's events lie together, in the order of the log, which is that of its
 * fold; subjects whose newest event is older come first; items that a parent release knows keep their numbers, the others
 * are numbered by their support, then by id. So the arrays are a function of the events, the settings and the parent.
 */
import { NO_ITEM, type SparseRows } from '@nextcart/models';
import type { CollectedEvents, EventColumns } from './event-columns.ts';

export interface DataSet {
  /** [subjects + 1], places of each subject's first event. */
  readonly rowStart: Int32Array;
  /** [events], or `NO_ITEM`: searches, and items of too little support. */
  readonly items: Int32Array;
  /** [events], numbers in `queryTexts`, or `NO_ITEM`. */
  readonly queries: Int32Array;
  /** [events], places in `typesOf(settings)`. */
  readonly types: Uint8Array;
  /** [events], epoch ms. */
  readonly times: Float64Array;
  /** [events], in the base currency; NaN where there is none. */
  readonly amounts: Float32Array;
  /** [events], 0 for what is only known of its subject and never foretold. */
  readonly learned: Uint8Array;
  /** Ids by the numbers that models know items by. */
  readonly itemIds: readonly string[];
  /** [items], numbers of categories; below 0 where no event tells. */
  readonly itemCategories: Int32Array;
  readonly queryTexts: readonly string[];
  /** [items, searchFeatures]; absent where the settings name no fields, and for a model that has no use for them. */
  readonly itemFeatures?: SparseRows;
}

export const createDataSet = (
  { columns, subjectCount, itemIds, itemCategories, queryTexts }: CollectedEvents,
  minItemSupport: number,
  /** Ids by the numbers of a parent release. */
  known: readonly string[] = [],
): DataSet => {
  const { order, rowStart } = orderBySubject(columns, subjectCount);
  const pick = <A extends Int32Array | Uint8Array | Float64Array | Float32Array>(from: A): A => {
    const into = new (from.constructor as new (size: number) => A)(from.length);
    for (let at = 0; at < order.length; at += 1) into[at] = from[order[at] as number] as number;
    return into;
  };
  const { numbers, added } = numberItems(columns.items, itemIds, minItemSupport, known);
  const items = pick(columns.items);
  items.forEach((item, at) => void (items[at] = item === NO_ITEM ? NO_ITEM : (numbers[item] as number)));
  return {
    rowStart,
    items,
    queries: pick(columns.queries),
    types: pick(columns.types),
    times: pick(columns.times),
    amounts: pick(columns.amounts),
    learned: pick(columns.learned),
    itemIds: [...known, ...added.map((item) => itemIds.id(item))],
    itemCategories: Int32Array.from(
      [...known.map((id) => itemIds.get(id)), ...added],
      (item) => itemCategories[item] ?? NO_CATEGORY,
    ),
    queryTexts: Array.from({ length: queryTexts.size }, (_, query) => queryTexts.id(query)),
  };
};

/** Places of events in the order of the data set: counted out, so that a subject's events keep theirs. */
const orderBySubject = ({ subjects, times }: EventColumns, subjectCount: number) => {
  const sizes = new Int32Array(subjectCount);
  const newest = new Float64Array(subjectCount).fill(-Infinity);
  subjects.forEach((subject, at) => {
    sizes[subject] = (sizes[subject] as number) + 1;
    newest[subject] = Math.max(newest[subject] as number, times[at] as number);
  });
  const rows = Int32Array.from(sizes, (_, subject) => subject).sort(
    (a, b) => (newest[a] as number) - (newest[b] as number) || a - b,
  );
  const rowStart = new Int32Array(subjectCount + 1);
  const next = new Int32Array(subjectCount);
  rows.forEach((subject, row) => {
    next[subject] = rowStart[row] as number;
    rowStart[row + 1] = (rowStart[row] as number) + (sizes[subject] as number);
  });
  const order = new Int32Array(subjects.length);
  subjects.forEach((subject, at) => {
    order[next[subject] as number] = at;
    next[subject] = (next[subject] as number) + 1;
  });
  return { order, rowStart };
};

const NO_CATEGORY = -1;

/** `numbers`: by first sight → of the model, or `NO_ITEM`; `added`: first sights of those behind the known ones. */
const numberItems = (
  items: Int32Array,
  ids: CollectedEvents['itemIds'],
  minItemSupport: number,
  known: readonly string[],
) => {
  const numbers = new Int32Array(ids.size).fill(NO_ITEM);
  known.forEach((id, number) => {
    const item = ids.get(id);
    if (item >= 0) numbers[item] = number;
  });
  const support = new Int32Array(ids.size);
  for (const item of items) if (item !== NO_ITEM) support[item] = (support[item] as number) + 1;
  const supportOf = (item: number) => support[item] as number;
  const added = Array.from({ length: ids.size }, (_, item) => item)
    .filter((item) => numbers[item] === NO_ITEM && supportOf(item) >= minItemSupport)
    .sort((a, b) => supportOf(b) - supportOf(a) || (ids.id(a) < ids.id(b) ? -1 : 1));
  added.forEach((item, at) => void (numbers[item] = known.length + at));
  return { numbers, added };
};

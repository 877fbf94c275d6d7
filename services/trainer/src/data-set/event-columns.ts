/** Events as they come from the store, as columns of a size that is known before: 26 bytes an event and no string twice. */
import type { TrainingPage } from '@nextcart/clickhouse';
import { createItemIndex, type EventType, type ItemIndex } from '@nextcart/contracts';
import { NO_ITEM } from '@nextcart/models';

export interface EventColumns {
  /** [events], subjects by first sight; who is in two partitions is two. */
  readonly subjects: Int32Array;
  /** [events], items by first sight, or `NO_ITEM`. */
  readonly items: Int32Array;
  /** [events], texts of searches by first sight, or `NO_ITEM`. */
  readonly queries: Int32Array;
  /** [events], places in the list of types. */
  readonly types: Uint8Array;
  /** [events], epoch ms. */
  readonly times: Float64Array;
  /** [events], in the base currency; NaN where there is none. */
  readonly amounts: Float32Array;
  /** [events], 0 for what is only known of its subject and never foretold. */
  readonly learned: Uint8Array;
}

export interface EventCollector {
  /** Pages of a partition come one after the other. Throws a RangeError where there are more events than were announced. */
  add(page: TrainingPage): void;
  /** Throws a RangeError where there were fewer. */
  end(): CollectedEvents;
}

export interface CollectedEvents {
  readonly columns: EventColumns;
  readonly subjectCount: number;
  readonly itemIds: ItemIndex;
  /** By item: number of the category that its newest event had. */
  readonly itemCategories: readonly number[];
  readonly queryTexts: ItemIndex;
}

export const createEventCollector = (size: number, types: readonly EventType[]): EventCollector => {
  const columns: EventColumns = {
    subjects: new Int32Array(size),
    items: new Int32Array(size),
    queries: new Int32Array(size),
    types: new Uint8Array(size),
    times: new Float64Array(size),
    amounts: new Float32Array(size),
    learned: new Uint8Array(size),
  };
  const typeNumbers = new Map(types.map((type, number) => [type, number]));
  const [itemIds, queryTexts, categories] = [createItemIndex(), createItemIndex(), createItemIndex()];
  const itemCategories: number[] = [];
  let partition = -1;
  let known = new Map<string, number>();
  let subjectCount = 0;
  let count = 0;

  const subjectNumber = (subject: string): number => {
    let number = known.get(subject);
    if (number === undefined) {
      number = subjectCount;
      known.set(subject, number);
      subjectCount += 1;
    }
    return number;
  };
  const differs = (seen: number) => new RangeError(`${seen} events came, ${size} were counted`);

  return {
    add: (page) => {
      if (count + page.offsets.length > size) throw differs(count + page.offsets.length);
      if (page.partition !== partition) {
        partition = page.partition;
        known = new Map();
      }
      page.subjects.forEach((subject, at) => {
        const place = count + at;
        const item = page.items[at] as string;
        const query = page.queries[at] as string;
        columns.subjects[place] = subjectNumber(subject);
        columns.queries[place] = query === '' ? NO_ITEM : queryTexts.add(query);
        columns.types[place] = typeNumbers.get(page.types[at] as EventType) as number;
        columns.times[place] = page.times[at] as number;
        columns.amounts[place] = page.amounts[at] ?? Number.NaN;
        columns.learned[place] = page.learned?.[at] ?? 1;
        columns.items[place] = NO_ITEM;
        if (item === '') return;
        const number = itemIds.add(item);
        columns.items[place] = number;
        itemCategories[number] = categories.add(page.categories[at] as string);
      });
      count += page.offsets.length;
    },
    end: () => {
      if (count !== size) throw differs(count);
      return { columns, subjectCount, itemIds, itemCategories, queryTexts };
    },
  };
};

/**
 * A subject's fold as models are fed with it. Invariants: an event's columns depend on itself and on the one before it
 * that models see; an event that they don't see (of another type) changes nothing.
 */
import { eventTypes, type ItemIndex, type SubjectHistory } from '@nextcart/contracts';
import { type EventSequences, gap, hour, NO_ITEM, queryFields, weekday } from '@nextcart/models';
import { createSearchTokens } from './search-tokens.ts';
import type { ServingSettings } from './serving-settings.ts';

/** Items of a process by the numbers that a release's models know them by. */
export interface ItemNumbers {
  /** Of an index in the process's ItemIndex; `NO_ITEM` where the release does not know it. */
  of(index: number): number;
  /** The other way round. */
  indexOf(item: number): number;
  /** Numbers that there are. */
  readonly count: number;
}

/** `items`: ids by number. Items that the process has not seen yet are added to its index. */
export const createItemNumbers = (index: ItemIndex, items: readonly string[]): ItemNumbers => {
  const indices = Int32Array.from(items, (id) => index.add(id));
  const numbers = new Int32Array(index.size).fill(NO_ITEM);
  indices.forEach((at, item) => void (numbers[at] = item));
  return {
    // what came into the index later is new to the release
    of: (at) => (at >= 0 && at < numbers.length ? (numbers[at] as number) : NO_ITEM),
    indexOf: (item) => indices[item] as number,
    count: items.length,
  };
};

/** Events of several subjects, a sequence each, that are filled again and again. */
export interface ModelEvents {
  readonly events: EventSequences & { readonly rowStart: Int32Array };
  /** Starts anew. */
  clear(): void;
  /**
   * Adds the events of cells [from, to) as the next sequence. `before`: time of the newest event that models saw of an
   * earlier cell, NaN where there is none. Returns that of the newest now.
   */
  add(history: SubjectHistory, from: number, to: number, before: number): number;
  /** Whether models see the event of a cell. */
  sees(history: SubjectHistory, cell: number): boolean;
}

const NOTHING_KNOWN = { priceDeciles: [], since: [], amountLimits: () => undefined };
const SEARCH = eventTypes.indexOf('search');

export const createModelEvents = (settings: ServingSettings, numbers: ItemNumbers): ModelEvents => {
  const typeNumbers = eventTypes.map((type) => settings.types.indexOf(type));
  const { searchFeatures } = settings;
  const rowStart: number[] = [0];
  const items: number[] = [];
  const types: number[] = [];
  const gaps: number[] = [];
  const hours: number[] = [];
  const weekdays: number[] = [];
  const tokens = { rowStart: [0], columns: [] as number[], weights: [] as number[] };

  const fieldsOf = createSearchTokens((query) => queryFields([query], { buckets: searchFeatures }));
  /** An event with nothing before it, and one with another: filled again and again. */
  const alone = { times: [0], types: [], items: [], amounts: [] };
  const pair = { times: [0, 0], types: [], items: [], amounts: [] };
  const addTokens = (query: string | undefined) => {
    if (query !== undefined && searchFeatures > 0) {
      const { columns, weights } = fieldsOf(query);
      for (let at = 0; at < columns.length; at += 1) {
        tokens.columns.push(columns[at] as number);
        tokens.weights.push(weights[at] as number);
      }
    }
    tokens.rowStart.push(tokens.columns.length);
  };
  return {
    get events() {
      return {
        // `from` would ask an iterator for each number
        rowStart: new Int32Array(rowStart),
        items: new Int32Array(items),
        types: new Uint8Array(types),
        gaps: new Uint8Array(gaps),
        hours: new Uint8Array(hours),
        weekdays: new Uint8Array(weekdays),
        ...(searchFeatures > 0 && {
          tokens: {
            rowStart: new Int32Array(tokens.rowStart),
            columns: new Int32Array(tokens.columns),
            weights: new Float32Array(tokens.weights),
          },
        }),
      };
    },
    clear: () => {
      for (const column of [rowStart, items, types, gaps, hours, weekdays]) column.length = 0;
      for (const column of [tokens.rowStart, tokens.columns, tokens.weights]) column.length = 0;
      rowStart.push(0);
      tokens.rowStart.push(0);
    },
    sees: (history, cell) => (typeNumbers[history.types[cell] as number] as number) >= 0,
    add: (history, from, to, before) => {
      let newest = before;
      for (let cell = from; cell < to; cell += 1) {
        const type = history.types[cell] as number;
        const number = typeNumbers[type] as number;
        if (number < 0) continue;
        const time = history.times[cell] as number;
        const item = numbers.of(history.items[cell] as number);
        items.push(item);
        types.push(number);
        const isFirst = Number.isNaN(newest);
        const times = isFirst ? alone : pair;
        times.times[0] = isFirst ? time : newest;
        if (!isFirst) times.times[1] = time;
        gaps.push(gap.of(times, times.times.length - 1, NOTHING_KNOWN));
        hours.push(hour.of(times, times.times.length - 1, NOTHING_KNOWN));
        weekdays.push(weekday.of(times, times.times.length - 1, NOTHING_KNOWN));
        // an event with an item is that item to the model
        addTokens(type === SEARCH && item === NO_ITEM ? history.queries[cell] : undefined);
        newest = time;
      }
      rowStart.push(items.length);
      return newest;
    },
  };
};

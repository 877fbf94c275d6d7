import { type EventType, eventTypes, FOLD_STEP, type ItemIndex, MAX_FOLDED } from '@nextcart/contracts';
import { CELL, packCell } from './packed-cells.ts';

/** One of a visitor's events as a history record carries it into the user's log. */
export interface MergedEvent {
  /** Position in behaviour-events.v1: what makes a repeated merge harmless. */
  readonly partition: number;
  readonly offset: number;
  readonly eventTime: number;
  /** Position in `eventTypes`. */
  readonly type: number;
  readonly itemId: string | null;
  readonly query: string | null;
  readonly opensSession: boolean;
}

/** Events that a history record carries at most: what a fold keeps for certain. */
export const MAX_MERGED = FOLD_STEP;
/** Below the 64 KiB that a property's text may have (limits.ts); the oldest events give way. */
export const MAX_HISTORY_BYTES = 60_000;

/** `[offset, event time, type, item, query, opens a session]`: an array, because the names would be most of the bytes. */
type Entry = [number, number, EventType, string | null, string | null, 0 | 1];

/** Compact JSON of a visitor's events, oldest first: the newest 64, or as many as fit. */
export const encodeMerged = (events: readonly MergedEvent[], partition: number): string => {
  const kept: string[] = [];
  let size = 32; // what stands around the entries
  for (const event of events.slice(-MAX_MERGED).reverse()) {
    const entry: Entry = [
      event.offset,
      event.eventTime,
      eventTypes[event.type] as EventType,
      event.itemId,
      event.query,
      event.opensSession ? 1 : 0,
    ];
    const text = JSON.stringify(entry);
    size += Buffer.byteLength(text) + 1;
    if (size > MAX_HISTORY_BYTES) break;
    kept.push(text);
  }
  return `{"p":${partition},"e":[${kept.reverse().join(',')}]}`;
};

const isText = (value: unknown): value is string | null => value === null || typeof value === 'string';

const readEntry = (entry: unknown, partition: number): MergedEvent | undefined => {
  if (!Array.isArray(entry) || entry.length !== 6) return undefined;
  const [offset, eventTime, type, itemId, query, opens] = entry as unknown[];
  const typeIndex = eventTypes.indexOf(type as EventType);
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(eventTime) || typeIndex < 0) return undefined;
  if (!isText(itemId) || !isText(query)) return undefined;
  return {
    partition,
    offset: offset as number,
    eventTime: eventTime as number,
    type: typeIndex,
    itemId: itemId || null,
    query: query || null,
    opensSession: opens === 1,
  };
};

/** The events of a history record. What can't be read is left out, because any producer can send one; never throws. */
export const decodeHistory = (text: string): MergedEvent[] => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [];
  }
  if (typeof parsed !== 'object' || parsed === null) return [];
  const { p, e } = parsed as { p?: unknown; e?: unknown };
  if (!Number.isSafeInteger(p) || !Array.isArray(e)) return [];
  return e
    .slice(-MAX_FOLDED)
    .map((entry) => readEntry(entry, p as number))
    .filter((event) => event !== undefined);
};

/** The same events as the fold keeps them. `hidden[i]` is 1 where an earlier record of the fold brought event i. */
export interface MergedBlock {
  /** Cell of the history record within the fold. */
  cell: number;
  readonly partitions: Int32Array;
  readonly cells: readonly number[];
  readonly queries: readonly (string | undefined)[] | null;
  readonly hidden: Uint8Array;
}

export const createMergedBlock = (cell: number, text: string, items: ItemIndex): MergedBlock => {
  const events = decodeHistory(text);
  const cells: number[] = [];
  for (const event of events) {
    const item = event.itemId === null ? -1 : items.add(event.itemId);
    cells.push(event.eventTime, event.offset, packCell(item, event.type, event.opensSession));
  }
  return {
    cell,
    partitions: Int32Array.from(events, (event) => event.partition),
    cells,
    queries: events.some((event) => event.query !== null) ? events.map((event) => event.query ?? undefined) : null,
    hidden: new Uint8Array(events.length),
  };
};

/** Marks what an earlier block of the same fold already shows; asked anew when the fold forgets a block. */
export const hideRepeats = (blocks: readonly MergedBlock[]): void => {
  const seen = new Set<string>();
  for (const { partitions, cells, hidden } of blocks) {
    for (let i = 0; i < hidden.length; i += 1) {
      const position = `${partitions[i]}:${cells[CELL * i + 1]}`;
      hidden[i] = seen.has(position) ? 1 : 0;
      seen.add(position);
    }
  }
};

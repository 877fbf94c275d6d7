/**
 * Events of many sequences (sessions, or subjects) as columns. Invariants: a sequence's events lie together, oldest
 * first; an event's number is its place in every column.
 */
import { checkRising, checkRows, type SparseRows } from '../item-graph.ts';
import { contextColumns, type RecurrentShape } from './shape.ts';

/**
 * What stands in `items` where an event is a search, or of an item that the model does not know: with its features as
 * tokens, that stands where a new item would.
 */
export const NO_ITEM = -1;

export interface EventSequences {
  /** [sequences + 1], from 0 to the number of events. */
  readonly rowStart: Int32Array;
  /** [events], numbers of items or `NO_ITEM`. */
  readonly items: Int32Array;
  /** [events]; wanted where the shape has types. The same for the next three. */
  readonly types?: Uint8Array;
  /** [events], bucket of the time since the sequence's event before. */
  readonly gaps?: Uint8Array;
  /** [events], bucket of the hour. */
  readonly hours?: Uint8Array;
  /** [events], day of the week. */
  readonly weekdays?: Uint8Array;
  /** [events, features]: words and 3-grams of searches, by the columns that items' features have; read where an event has no item. */
  readonly tokens?: SparseRows;
}

/** What each event should foretell. */
export interface EventTargets {
  /** [events], or `NO_ITEM`. */
  readonly items: Int32Array;
  /** [events], ≥ 0; nothing is learned from a target of weight 0. */
  readonly weights: Float32Array;
  /** [events]: asked for a click, a cart or a purchase; wanted where the shape has types. */
  readonly types?: Uint8Array;
}

/** The next event of the sequence where that has an item, weighed by its type. A search is never a target. */
export const nextItemTargets = (
  { rowStart, items, types }: EventSequences,
  weightOf: (type: number) => number = () => 1,
): EventTargets => {
  const targets = {
    items: new Int32Array(items.length).fill(NO_ITEM),
    weights: new Float32Array(items.length),
    ...(types && { types: new Uint8Array(items.length) }),
  };
  for (let row = 0; row + 1 < rowStart.length; row += 1)
    for (let at = rowStart[row] as number; at + 1 < (rowStart[row + 1] as number); at += 1) {
      if (items[at + 1] === NO_ITEM) continue;
      const type = types?.[at + 1] ?? 0;
      targets.items[at] = items[at + 1] as number;
      targets.weights[at] = weightOf(type);
      if (targets.types) targets.types[at] = type;
    }
  return targets;
};

/** The next event of type `type` that has an item, however far ahead in the sequence: what is bought next. */
export const nextOfTypeTargets = ({ rowStart, items, types }: EventSequences, type: number): EventTargets => {
  const targets = {
    items: new Int32Array(items.length).fill(NO_ITEM),
    weights: new Float32Array(items.length),
    types: new Uint8Array(items.length).fill(type),
  };
  for (let row = 0; row + 1 < rowStart.length; row += 1) {
    let next = NO_ITEM;
    for (let at = (rowStart[row + 1] as number) - 1; at >= (rowStart[row] as number); at -= 1) {
      targets.items[at] = next;
      if (next !== NO_ITEM) targets.weights[at] = 1;
      if (types?.[at] === type && items[at] !== NO_ITEM) next = items[at] as number;
    }
  }
  return targets;
};

/** Throws a RangeError for events that do not fit the shape: rows out of order, unknown items, types, buckets. */
export const checkEvents = (events: EventSequences, shape: RecurrentShape): void => {
  const { rowStart, items, tokens } = events;
  const count = items.length;
  if (rowStart[0] !== 0 || rowStart.at(-1) !== count)
    throw new RangeError(`sequences from ${rowStart[0]} to ${rowStart.at(-1)}, ${count} events`);
  checkRising(rowStart, 'sequence');
  checkItems(items, shape, 'event');
  for (const name of contextColumns) checkBuckets(events[name], count, shape[name] ?? 0, name);
  if (tokens) checkRows(tokens, count, shape.features, 'tokens');
};

/** Throws a RangeError for targets that do not fit the events, or that nothing can be learned from. */
export const checkTargets = ({ items, weights, types }: EventTargets, count: number, shape: RecurrentShape): void => {
  if (items.length !== count || weights.length !== count)
    throw new RangeError(`${count} events, ${items.length} targets with ${weights.length} weights`);
  checkItems(items, shape, 'target');
  checkBuckets(types, count, shape.types, 'types of targets');
  const broken = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (broken >= 0) throw new RangeError(`target ${broken} has weight ${weights[broken]}`);
  if (!items.some((item, at) => item !== NO_ITEM && (weights[at] as number) > 0))
    throw new RangeError('no event has a target');
};

const checkItems = (items: Int32Array, shape: RecurrentShape, what: string): void => {
  const unknown = items.findIndex((item) => !(item >= NO_ITEM && item < shape.items));
  if (unknown >= 0) throw new RangeError(`${what} ${unknown} has item ${items[unknown]} of ${shape.items}`);
};

const checkBuckets = (given: Uint8Array | undefined, count: number, size: number, what: string): void => {
  if (size === 0) return;
  if (given?.length !== count) throw new RangeError(`${count} events, ${given?.length ?? 0} ${what}`);
  const unknown = given.findIndex((bucket) => bucket >= size);
  if (unknown >= 0) throw new RangeError(`${what}: event ${unknown} has ${given[unknown]} of ${size}`);
};

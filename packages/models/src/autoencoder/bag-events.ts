/**
 * Events as rows of columns. Invariant: training, serving and explanations take an event's
 * row from here, so that a bag is the sum of its events' rows wherever it is made.
 */
import type { SparseRows } from '../item-graph.ts';
import { createBagWriter } from '../recurrent/bags.ts';
import { type EventSequences, NO_ITEM } from '../recurrent/events.ts';
import { amountWeight, type EventWeights, recencyOf } from './event-weight.ts';

/** Events of subjects, a sequence each. `tokens`: words and 3-grams of searches, by side columns. */
export interface BagEvents extends EventSequences {
  readonly types: Uint8Array;
  /** [events], epoch ms. */
  readonly times: ArrayLike<number>;
  /** [events], in one currency; NaN where there is none. */
  readonly amounts: ArrayLike<number>;
}

/** How events become bags; a model is served with what it was trained with. */
export interface BagOptions extends EventWeights {
  /** Of the catalogue; side columns come after them. */
  readonly items: number;
  /** Side columns that items and searches share: hashed words and 3-grams, categories, price bands; 0: none. */
  readonly sides: number;
  /**
   * [items, sides], what `itemFields` makes: an event of an item brings its side columns along. The item itself weighs 1,
   * so the fields' weights say what they count beside it.
   */
  readonly itemSides?: SparseRows;
}

/** An event's columns, not yet weighed by its age. */
export interface EventRow {
  /** Whole half-lives since 1970: the row counts 2^(power − reference) times. */
  readonly power: number;
  readonly columns: Int32Array;
  /** [columns]. */
  readonly weights: Float64Array;
}

export interface EventRows {
  /**
   * Nothing for an event that weighs nothing. Throws a RangeError for an item, type, time or token that does not exist.
   */
  of(events: BagEvents, event: number): EventRow | undefined;
}

export const createEventRows = (options: BagOptions): EventRows => {
  const { items, sides, itemSides, types, halfLifeMs } = options;
  if (itemSides && itemSides.rowStart.length !== items + 1)
    throw new RangeError(`${items} items, side columns of ${itemSides.rowStart.length - 1}`);
  const writer = createBagWriter(items, itemSides);
  return {
    of: (events, event) => {
      const [item, type] = [events.items[event] as number, events.types[event] as number];
      const typeWeight = types[type];
      if (typeWeight === undefined) throw new RangeError(`event ${event} has type ${type} of ${types.length}`);
      if (!(item >= NO_ITEM && item < items)) throw new RangeError(`event ${event} has item ${item} of ${items}`);
      if (typeWeight === 0) return undefined;
      const { factor, power } = recencyOf(events.times[event] as number, halfLifeMs);
      writer.clear();
      writer.addEvent(events, event);
      const bag = writer.bags();
      if (bag.columns.length === 0) return undefined;
      bag.columns.forEach((column, at) => {
        const weight = bag.weights[at] as number;
        if (!(column >= 0 && column < items + sides && weight >= 0 && weight < Infinity))
          throw new RangeError(`event ${event} has side column ${column - items} of ${sides}, weight ${weight}`);
      });
      const scale = typeWeight * amountWeight(item, events.amounts[event] as number, options) * factor;
      return {
        power,
        columns: bag.columns.slice(),
        weights: Float64Array.from(bag.weights, (weight) => weight * scale),
      };
    },
  };
};

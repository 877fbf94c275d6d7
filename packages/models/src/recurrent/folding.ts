/**
 * Events into states of the recurrent model, with the weights that it had when this was made. Invariants: a state is a
 * function of the events that were folded, one by one; it does not depend on the batch that it was computed in.
 */
import { checkRows } from '../item-graph.ts';
import { createScratch } from '../training/scratch.ts';
import { openSession } from '../training/session.ts';
import { createKeptTable, type KeptTable } from '../training/simd/kept-table.ts';
import { contextBags, createBagWriter } from './bags.ts';
import { type EventSequences, NO_ITEM } from './events.ts';
import { advanceProgram } from './scoring-programs.ts';
import {
  CONTEXT,
  checkFinite,
  checkWeights,
  contextColumns,
  type RecurrentModel,
  type RecurrentShape,
  TABLE,
} from './shape.ts';
import { addTo } from './step-arrays.ts';
import { nextStateName, stateName } from './step-program.ts';
import { withSummedFeatures } from './summed-features.ts';

/** One call at a time: calls share their arrays. */
export interface RecurrentFolding {
  /** States that are advanced at once. */
  readonly batch: number;
  /** Numbers of a subject's state: one `width` for each block, the last output, the last items (item + 1, 0 for none). */
  readonly stateSize: number;
  /**
   * Folds one event into each of some states [n, stateSize], in place: event events[i] into state i. A state of zeros is
   * that of a subject without events. The cost is about 15 width² multiply-adds a block.
   */
  advance(states: Float32Array, events: EventSequences, chosen: Int32Array): Promise<void>;
  /** States [n, stateSize] after all events of some sequences: the same bits as event by event. */
  fold(events: EventSequences, sequences: Int32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

export interface FoldingOptions {
  readonly batch: number;
  readonly threads: number;
}

/** Numbers of a state. */
export const stateSizeOf = ({ width, blocks, lags }: RecurrentShape): number => (blocks + 1) * width + lags;

/**
 * What events are to the network, and how they enter the last items of a state. Throws a RangeError for weights that do
 * not fit the shape or are no numbers, and for features that do not fit the items.
 */
export const createEventReader = (model: RecurrentModel) => {
  const { shape, weights, itemFeatures } = model;
  checkWeights(shape, weights);
  checkFinite(weights);
  if (itemFeatures) checkRows(itemFeatures, shape.items, shape.features, 'features of items');
  const { width, items, lags } = shape;
  // copies: a training that goes on does not change what is read
  const [table, contextTable] = [
    withSummedFeatures(model).weights[TABLE] ?? new Float32Array(0),
    weights[CONTEXT] ?? new Float32Array(0),
  ].map((rows) => createKeptTable(rows, width)) as [KeptTable, KeptTable];
  const writer = createBagWriter(items, undefined);
  const scratch = createScratch();
  return {
    /** Items or searches with their context, into [chosen, width] and maybe more. */
    read: (events: EventSequences, chosen: Int32Array, into: Float32Array): void => {
      const context = scratch(into.length);
      writer.clear();
      for (const event of chosen) writer.addEvent(events, event);
      table.gather(writer.bags(), into);
      contextTable.gather(contextBags(events, chosen, shape), context);
      addTo(into, context);
    },
    /** `recent`: [lags], the last items + 1 of a state. */
    enter: (item: number, recent: Float32Array): void => {
      if (item === NO_ITEM || lags === 0) return;
      recent.copyWithin(1, 0);
      recent[0] = item + 1;
    },
  };
};

export type EventReader = ReturnType<typeof createEventReader>;

/** `reader`: the model's own, where several read by one. Throws as `createEventReader` does. */
export const createRecurrentFolding = async (
  model: RecurrentModel,
  { batch, threads }: FoldingOptions,
  reader: EventReader = createEventReader(model),
): Promise<RecurrentFolding> => {
  const { shape } = model;
  const { width, blocks, lags } = shape;
  const stateSize = stateSizeOf(shape);
  const session = await openSession(advanceProgram(model, batch), { threads });
  const several = () => Array.from({ length: blocks }, () => new Float32Array(batch * width));
  const [before, after] = [several(), several()];
  const inputs = { events: new Float32Array(batch * width) };
  const outputs = new Float32Array(batch * width);
  const named = (arrays: readonly Float32Array[], nameOf: (block: number) => string) =>
    Object.fromEntries(arrays.map((array, block) => [nameOf(block), array]));
  const run = session.bind({ ...inputs, outputs, ...named(before, stateName), ...named(after, nextStateName) });

  const advanceSome = async (states: Float32Array, events: EventSequences, chosen: Int32Array): Promise<void> => {
    reader.read(events, chosen, inputs.events);
    moveStates(states, before, width, stateSize, 'out');
    await run();
    moveStates(states, [...after, outputs], width, stateSize, 'in');
    chosen.forEach((event, row) => {
      reader.enter(events.items[event] as number, states.subarray((row + 1) * stateSize - lags, (row + 1) * stateSize));
    });
  };

  return {
    batch,
    stateSize,
    advance: async (states, events, chosen) => {
      if (states.length !== chosen.length * stateSize)
        throw new RangeError(`${chosen.length} events, states of ${states.length} numbers, not ${stateSize} each`);
      checkChosen(events, chosen, model); // all of them before the first changes its state
      for (let start = 0; start < chosen.length; start += batch) {
        const end = Math.min(chosen.length, start + batch);
        const some = states.subarray(start * stateSize, end * stateSize);
        await advanceSome(some, events, chosen.subarray(start, end));
      }
    },
    fold: async (events, sequences) => {
      const { rowStart } = events;
      for (const sequence of sequences) checkChosen(events, eventsOf(rowStart, sequence), model);
      const lengthOf = (sequence: number) => (rowStart[sequence + 1] as number) - (rowStart[sequence] as number);
      // longest first: those that still have events are always the first few
      const order = sequences
        .map((_, at) => at)
        .sort((a, b) => lengthOf(sequences[b] as number) - lengthOf(sequences[a] as number));
      const sorted = new Float32Array(sequences.length * stateSize);
      for (let start = 0; start < order.length; start += batch) {
        const some = order.subarray(start, start + batch).map((at) => sequences[at] as number);
        for (let time = 0; time < lengthOf(some[0] as number); time += 1) {
          const chosen = some
            .filter((sequence) => lengthOf(sequence) > time)
            .map((sequence) => (rowStart[sequence] as number) + time);
          await advanceSome(sorted.subarray(start * stateSize, (start + chosen.length) * stateSize), events, chosen);
        }
      }
      const states = new Float32Array(sorted.length);
      order.forEach((at, place) =>
        states.set(sorted.subarray(place * stateSize, (place + 1) * stateSize), at * stateSize),
      );
      return states;
    },
    close: session.close,
  };
};

/** Parts of states [n, stateSize] to or from arrays [n, width] one for each part. */
const moveStates = (
  states: Float32Array,
  parts: readonly Float32Array[],
  width: number,
  stateSize: number,
  direction: 'in' | 'out',
): void => {
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at] as Float32Array;
    for (let row = 0; row * stateSize < states.length; row += 1)
      for (let i = 0; i < width; i += 1) {
        const inState = row * stateSize + at * width + i;
        const inPart = row * width + i;
        if (direction === 'in') states[inState] = part[inPart] as number;
        else part[inPart] = states[inState] as number;
      }
  }
};

const eventsOf = (rowStart: Int32Array, sequence: number): Int32Array => {
  const start = rowStart[sequence] as number;
  return Int32Array.from({ length: (rowStart[sequence + 1] as number) - start }, (_, at) => start + at);
};

/** Throws a RangeError for an event that does not exist or that the model does not know. */
export const checkChosen = (events: EventSequences, chosen: Int32Array, { shape }: RecurrentModel): void => {
  const { items, tokens } = events;
  for (const event of chosen) {
    const item = items[event];
    if (item === undefined) throw new RangeError(`no event ${event} of ${items.length}`);
    if (!(item >= NO_ITEM && item < shape.items))
      throw new RangeError(`event ${event} has item ${item} of ${shape.items}`);
    for (const name of contextColumns) {
      const [bucket, size] = [events[name]?.[event], shape[name] ?? 0];
      if (size > 0 && !(bucket !== undefined && bucket < size))
        throw new RangeError(`event ${event} has ${bucket} of ${size} ${name}`);
    }
    for (let at = tokens?.rowStart[event] ?? 0; at < (tokens?.rowStart[event + 1] ?? 0); at += 1) {
      const [column, weight] = [tokens?.columns[at], tokens?.weights[at]];
      if (!(column !== undefined && column >= 0 && column < shape.features && Number.isFinite(weight)))
        throw new RangeError(`event ${event} has token ${column} of ${shape.features}, weight ${weight}`);
    }
  }
};

/**
 * The recurrent model's states of histories, and what they had been without each of their last events: all folded side by
 * side. Invariants: a state is a function of the history and the release, whatever the memory knew and whoever is in the
 * batch; what is kept of a subject is the state before the events that are left out in turn, so that an event costs one
 * step and one run of all variants, however long the history is.
 */
import { foldStart, MAX_FOLDED, type SubjectHistory } from '@nextcart/contracts';
import {
  createEventReader,
  createLeaveOneOut,
  createRecurrentFolding,
  createScratch,
  type RecurrentFolding,
  type RecurrentLeaveOneOut,
  type RecurrentModel,
} from '@nextcart/models';
import type { ModelEvents } from './model-events.ts';

/** What models keep of a subject between its events: the state after its first cells. */
export interface ModelMemory {
  /** Hash of the release that made it; empty before the first. */
  release: string;
  /** First event of the fold that the state begins at, and cells that are in it. */
  start: number;
  cells: number;
  /** Offset of the newest of these cells, and time of the newest event of them that models saw. */
  newest: number;
  time: number;
  state: Float32Array;
}

export const createModelMemory = (): ModelMemory => ({
  ...{ release: '', start: 0, cells: 0, newest: -1, time: Number.NaN },
  state: NO_STATE,
});
const NO_STATE = new Float32Array(0);

export interface Asked {
  readonly history: SubjectHistory;
  readonly memory: ModelMemory;
  /** Cells that are left out in turn, ascending: the newest that models see. */
  readonly leftOut: readonly number[];
}

export interface Lanes {
  /**
   * [rows, stateSize]: of each history its own, then those without a cell. Outputs and last items are set. Good until the
   * next call.
   */
  readonly states: Float32Array;
  /** [histories + 1], rows. */
  readonly rowStart: Int32Array;
  readonly stateSize: number;
}

export interface FoldLanes {
  fold(some: readonly Asked[]): Promise<Lanes>;
  close(): Promise<void>;
}

/** Programs have fixed sizes, and compute all their rows: a lone event must not pay for a full batch. */
const SMALLER_BATCHES = [2, 4, 8, 16];

export const createFoldLanes = async (
  model: RecurrentModel,
  deps: {
    readonly release: string;
    readonly events: ModelEvents;
    readonly threads: number;
    readonly batch: number;
    /** Most cells that are left out; 0: none. */
    readonly explained: number;
  },
): Promise<FoldLanes> => {
  const { release, events, threads, batch, explained } = deps;
  const sizes = [...SMALLER_BATCHES.filter((size) => size < batch), batch];
  const reader = createEventReader(model);
  const foldings: RecurrentFolding[] = [];
  const leaveOneOuts: RecurrentLeaveOneOut[] = [];
  for (const size of sizes) {
    foldings.push(await createRecurrentFolding(model, { batch: size, threads }, reader));
    if (explained > 0)
      leaveOneOuts.push(await createLeaveOneOut(model, { batch: size, threads, reach: explained }, reader));
  }
  const placeOf = (count: number) => sizes.findIndex((size) => size >= count);
  const stateSize = foldings[0]?.stateSize ?? 0;
  const [inOrder, asAsked] = [createScratch(), createScratch()];

  /** Whether the memory has the first of the history's cells in it, as they are, and none that is left out. */
  const isOn = (memory: ModelMemory, { count, length, offsets }: SubjectHistory, until: number): boolean =>
    memory.release === release &&
    memory.start === foldStart(count) &&
    memory.cells <= until &&
    length < MAX_FOLDED && // a merged history may have lost cells of its beginning
    (memory.cells === 0 || offsets[memory.cells - 1] === memory.newest);

  /** Two sequences for each history: what its memory lacks, and what is left out in turn. */
  const readEvents = (some: readonly Asked[]) => {
    events.clear();
    for (const { history, memory, leftOut } of some) {
      const until = leftOut[0] ?? history.length;
      if (!isOn(memory, history, until)) {
        Object.assign(memory, { release, start: foldStart(history.count), cells: 0, time: Number.NaN });
        if (memory.state.length === stateSize) memory.state.fill(0);
        else memory.state = new Float32Array(stateSize);
      }
      memory.time = events.add(history, memory.cells, until, memory.time);
      memory.cells = until;
      memory.newest = until === 0 ? -1 : (history.offsets[until - 1] as number);
      events.add(history, until, history.length, memory.time);
    }
    return events.events;
  };

  /** States of the memories, brought up to date: [some, stateSize]. */
  const bringUpToDate = async (some: readonly Asked[], all: ReturnType<typeof readEvents>): Promise<Float32Array> => {
    const startOf = (at: number) => all.rowStart[2 * at] as number;
    const lengthOf = (at: number) => (all.rowStart[2 * at + 1] as number) - startOf(at);
    // longest first: those that still have events are always the first few
    const order = some.map((_, at) => at).sort((a, b) => lengthOf(b) - lengthOf(a));
    const sorted = inOrder(some.length * stateSize);
    for (const [place, at] of order.entries()) sorted.set((some[at] as Asked).memory.state, place * stateSize);
    for (let time = 0; time < lengthOf(order[0] as number); time += 1) {
      const active = order.filter((at) => lengthOf(at) > time);
      const chosen = Int32Array.from(active, (at) => startOf(at) + time);
      const states = sorted.subarray(0, active.length * stateSize);
      await foldings[placeOf(active.length)]?.advance(states, all, chosen);
    }
    const states = asAsked(sorted.length);
    for (const [place, at] of order.entries()) {
      const state = sorted.subarray(place * stateSize, (place + 1) * stateSize);
      (some[at] as Asked).memory.state.set(state);
      states.set(state, at * stateSize);
    }
    return states;
  };

  const foldAll = async (some: readonly Asked[]): Promise<Lanes> => {
    const all = readEvents(some);
    const rowStart = new Int32Array(some.length + 1);
    for (const [at, { leftOut }] of some.entries()) rowStart[at + 1] = (rowStart[at] as number) + 1 + leftOut.length;
    const kept = await bringUpToDate(some, all);
    if (explained === 0) return { states: kept, rowStart, stateSize };
    const last = some.map(({ leftOut }, at) => ({ start: all.rowStart[2 * at + 1] as number, count: leftOut.length }));
    const states = await (leaveOneOuts[placeOf(some.length)] as RecurrentLeaveOneOut).fold(kept, all, last);
    return { states, rowStart, stateSize };
  };

  return {
    fold: async (some) => {
      try {
        return await foldAll(some);
      } catch (error) {
        for (const { memory } of some) memory.release = ''; // what is in them is half done
        throw error;
      }
    },
    close: async () => {
      for (const one of [...foldings, ...leaveOneOuts]) await one.close();
    },
  };
};

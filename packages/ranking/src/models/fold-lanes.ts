/**
 * The recurrent model's states of histories, and what they had been without each of their last events: all folded side by
 * side. Invariants: a state is a function of the history and the release, whatever the memory knew and whoever is in the
 * batch; what is kept of a subject is the state before the events that are left out in turn, so that an event costs itself
 * and the variants, however long the history is.
 */
import { foldStart, MAX_FOLDED, type SubjectHistory } from '@nextcart/contracts';
import { createHistoryFold, createScratch, type RecurrentModel } from '@nextcart/models';
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

export const createFoldLanes = async (
  model: RecurrentModel,
  deps: { readonly release: string; readonly events: ModelEvents; readonly threads: number },
): Promise<FoldLanes> => {
  const { release, events, threads } = deps;
  const folding = await createHistoryFold(model, { threads });
  const { stateSize } = folding;
  const memories = createScratch();

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

  const foldAll = async (some: readonly Asked[]): Promise<Lanes> => {
    const all = readEvents(some);
    const startOf = (sequence: number) => all.rowStart[sequence] as number;
    const kept = memories(some.length * stateSize);
    const rowStart = new Int32Array(some.length + 1);
    for (const [at, { memory, leftOut }] of some.entries()) {
      kept.set(memory.state, at * stateSize);
      rowStart[at + 1] = (rowStart[at] as number) + 1 + leftOut.length;
    }
    const states = await folding.fold(
      kept,
      all,
      some.map((_, at) => ({ start: startOf(2 * at), until: startOf(2 * at + 1), end: startOf(2 * at + 2) })),
    );
    for (const [at, { memory }] of some.entries())
      memory.state.set(kept.subarray(at * stateSize, (at + 1) * stateSize));
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
    close: folding.close,
  };
};

/**
 * The recurrent model's states of histories, and what they had been without each of their last events: all folded side by
 * side. Invariants: a state is a function of the history and the release, whatever the memory knew and whoever is in the
 * batch; what is kept of a subject is the state before the events that are left out in turn, so an event costs as many
 * steps as there are of those, not as the history has.
 */
import { foldStart, MAX_FOLDED, type SubjectHistory } from '@nextcart/contracts';
import { createRecurrentScorer, type RecurrentModel, type RecurrentScorer } from '@nextcart/models';
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
  /** Cells that are left out in turn, ascending; models see all of them. */
  readonly leftOut: readonly number[];
}

export interface Lanes {
  /** [rows, stateSize]: of each history its own, then those without a cell. */
  readonly states: Float32Array;
  /** [histories + 1], rows. */
  readonly rowStart: Int32Array;
  readonly stateSize: number;
}

export interface FoldLanes {
  fold(some: readonly Asked[]): Promise<Lanes>;
  close(): Promise<void>;
}

/** A lone event must not pay for a full batch: a step computes all rows of its program, asked for or not. */
const SMALL_BATCH = 4;

export const createFoldLanes = async (
  model: RecurrentModel,
  deps: { readonly release: string; readonly events: ModelEvents; readonly threads: number; readonly batch: number },
): Promise<FoldLanes> => {
  const { release, events, threads, batch } = deps;
  const scorers: RecurrentScorer[] = [];
  for (const size of new Set([Math.min(SMALL_BATCH, batch), batch]))
    scorers.push(await createRecurrentScorer(model, { batch: size, threads }));
  const scorerFor = (count: number) => (scorers.find((one) => one.batch >= count) ?? scorers.at(-1)) as RecurrentScorer;
  const stateSize = scorers[0]?.stateSize ?? 0;

  /** Whether the memory has the first of the history's cells in it, as they are, and none that is left out. */
  const isOn = (memory: ModelMemory, { count, length, offsets }: SubjectHistory, until: number): boolean =>
    memory.release === release &&
    memory.start === foldStart(count) &&
    memory.cells <= until &&
    length < MAX_FOLDED && // a merged history may have lost cells of its beginning
    (memory.cells === 0 || offsets[memory.cells - 1] === memory.newest);

  /** Cells that are left out begin here. */
  const endOfKept = ({ history, leftOut }: Asked): number => leftOut[0] ?? history.length;

  /** Two sequences for each history: what its memory lacks, and what comes behind it. */
  const readEvents = (some: readonly Asked[]) => {
    events.clear();
    for (const asked of some) {
      const { history, memory } = asked;
      const until = endOfKept(asked);
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

  /** Takes a step with some rows of states; `rows` and `chosen` go together. */
  const step = async (
    states: Float32Array,
    rows: readonly number[],
    all: ReturnType<typeof readEvents>,
    chosen: readonly number[],
  ) => {
    const active = new Float32Array(rows.length * stateSize);
    for (const [at, row] of rows.entries())
      active.set(states.subarray(row * stateSize, (row + 1) * stateSize), at * stateSize);
    await scorerFor(rows.length).advance(active, all, Int32Array.from(chosen));
    for (const [at, row] of rows.entries())
      states.set(active.subarray(at * stateSize, (at + 1) * stateSize), row * stateSize);
  };

  const foldAll = async (some: readonly Asked[]): Promise<Lanes> => {
    const all = readEvents(some);
    const sequence = (at: number) => [all.rowStart[at] as number, all.rowStart[at + 1] as number] as const;
    const rowStart = new Int32Array(some.length + 1);
    some.forEach(({ leftOut }, at) => void (rowStart[at + 1] = (rowStart[at] as number) + 1 + leftOut.length));
    const states = new Float32Array((rowStart[some.length] as number) * stateSize);
    some.forEach(({ memory }, at) => states.set(memory.state, (rowStart[at] as number) * stateSize));

    for (let time = 0, isDone = false; !isDone; time += 1) {
      const [rows, chosen]: [number[], number[]] = [[], []];
      some.forEach((_, at) => {
        const [start, end] = sequence(2 * at);
        if (start + time >= end) return;
        rows.push(rowStart[at] as number);
        chosen.push(start + time);
      });
      isDone = rows.length === 0;
      if (!isDone) await step(states, rows, all, chosen);
    }
    some.forEach(({ memory }, at) => {
      const own = (rowStart[at] as number) * stateSize;
      memory.state.set(states.subarray(own, own + stateSize));
    });

    // lanes part from the history's own at the cell that they lack
    const parted = new Int32Array(some.length);
    const cells = some.map((asked) => seenCells(asked, endOfKept(asked)));
    for (let time = 0, isDone = false; !isDone; time += 1) {
      const [rows, chosen]: [number[], number[]] = [[], []];
      some.forEach(({ leftOut }, at) => {
        const cell = cells[at]?.[time];
        if (cell === undefined) return;
        const own = rowStart[at] as number;
        const lanes = parted[at] as number;
        for (let row = own; row <= own + lanes; row += 1) {
          rows.push(row);
          chosen.push(sequence(2 * at + 1)[0] + time);
        }
        if (leftOut[lanes] !== cell) return;
        const lane = (own + lanes + 1) * stateSize;
        states.copyWithin(lane, own * stateSize, (own + 1) * stateSize);
        parted[at] = lanes + 1;
      });
      isDone = rows.length === 0;
      if (!isDone) await step(states, rows, all, chosen);
    }
    return { states, rowStart, stateSize };
  };

  const seenCells = ({ history }: Asked, from: number): number[] => {
    const cells: number[] = [];
    for (let cell = from; cell < history.length; cell += 1) if (events.sees(history, cell)) cells.push(cell);
    return cells;
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
      for (const scorer of scorers) await scorer.close();
    },
  };
};

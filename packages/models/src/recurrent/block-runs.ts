/**
 * The programs of a linear recurrence, one after the other over all steps of some histories. Invariant: a run has at most
 * `MOST_ROWS` rows, so that long histories do not hold their thread up; how many runs it takes changes no bit.
 */
import { createScratch } from '../training/scratch.ts';
import { openSession, type Session } from '../training/session.ts';
import { blockPrograms } from './block-programs.ts';
import type { EventSequences } from './events.ts';
import { type EventReader, stateSizeOf } from './folding.ts';
import type { HistorySteps } from './history-steps.ts';
import type { RecurrentModel } from './shape.ts';

/** One call at a time: calls share their arrays. */
export interface BlockRuns {
  /**
   * From states [subjects, stateSize] at the beginning of steps; good until the next call. `wanted`: steps whose outputs
   * are asked for.
   */
  run(states: Float32Array, events: EventSequences, steps: HistorySteps, wanted: Int32Array): Promise<AfterSteps>;
  close(): Promise<void>;
}

export interface AfterSteps {
  /** Of each block, [steps, width]. */
  readonly hidden: readonly Float32Array[];
  /** [wanted, width]. */
  readonly outputs: Float32Array;
}

/** Some ms of work, and enough for weights to be read from the caches. */
const MOST_ROWS = 512;

export const createBlockRuns = async (
  model: RecurrentModel,
  reader: EventReader,
  threads: number,
): Promise<BlockRuns> => {
  const { width, blocks } = model.shape;
  const stateSize = stateSizeOf(model.shape);
  const room = () => new Float32Array(MOST_ROWS * width);
  const own = { events: room(), e: room(), h: room(), entered: room(), decay: room(), input: room(), outputs: room() };
  const sessions: Session[] = [];
  const runs: ((rows: number) => Promise<void>)[] = [];
  for (const program of blockPrograms(model, MOST_ROWS)) {
    const session = await openSession(program, { threads });
    sessions.push(session);
    runs.push(session.bindRows(own));
  }
  // of all rows, used again and again
  const [decay, input, outputs] = [createScratch(), createScratch(), createScratch()];
  /** Of a block while the one before is still read. */
  const entered = [createScratch(), createScratch()];
  const hidden = Array.from({ length: blocks }, createScratch);

  /** Runs a program over `count` rows, some at once; `fill` and `take` move rows [start, start + some). */
  const overRows = async (
    block: number,
    count: number,
    fill: (start: number, some: number) => void,
    take: (start: number, some: number) => void,
  ): Promise<void> => {
    for (let start = 0; start < count; start += MOST_ROWS) {
      const some = Math.min(MOST_ROWS, count - start);
      fill(start, some);
      await (runs[block] as (typeof runs)[number])(some);
      take(start, some);
    }
  };

  /** States of a block after each step; `rowOf`: rows that steps find their decay and input in. */
  const recur = (states: Float32Array, { count, from }: HistorySteps, block: number, gates: Gates, rowOf: RowOf) => {
    const h = (hidden[block] as (typeof hidden)[number])(count * width);
    for (let step = 0; step < count; step += 1) {
      const before = from[step] as number;
      const source = before < 0 ? states : h;
      const at = before < 0 ? (-1 - before) * stateSize + block * width : before * width;
      const row = rowOf(step) * width;
      // rounded as the engine's two operators round, here and on the way into the array
      for (let i = 0; i < width; i += 1) {
        const stays = Math.fround((gates.decay[row + i] as number) * (source[at + i] as number));
        h[step * width + i] = stays + (gates.input[row + i] as number);
      }
    }
    return h;
  };

  const runAll: BlockRuns['run'] = async (states, events, steps, wanted) => {
    /** An event's row at the first block, where all that part from each other still share it; then a step's. */
    let rowOf: RowOf = (step) => steps.event[step] as number;
    let count = steps.events.length;
    let fill = (start: number, some: number) =>
      reader.read(events, steps.events.subarray(start, start + some), own.events.subarray(0, some * width));
    const all: Float32Array[] = [];
    for (let block = 0; block < blocks; block += 1) {
      const size = count * width;
      const e = (entered[block % 2] as (typeof entered)[number])(size);
      const gates = { decay: decay(size), input: input(size) };
      await overRows(block, count, fill, (start, some) => {
        const numbers = some * width;
        e.set(own.entered.subarray(0, numbers), start * width);
        gates.decay.set(own.decay.subarray(0, numbers), start * width);
        gates.input.set(own.input.subarray(0, numbers), start * width);
      });
      const h = recur(states, steps, block, gates, rowOf);
      all.push(h);
      const [eRowOf, isLast] = [rowOf, block === blocks - 1];
      const stepOf: RowOf = isLast ? (row) => wanted[row] as number : (row) => row;
      fill = (start, some) => {
        copyRows(e, own.e, width, some, (row) => eRowOf(stepOf(start + row)));
        copyRows(h, own.h, width, some, (row) => stepOf(start + row));
      };
      count = isLast ? wanted.length : steps.count;
      rowOf = (step) => step;
    }
    const made = outputs(count * width);
    await overRows(blocks, count, fill, (start, some) => {
      made.set(own.outputs.subarray(0, some * width), start * width);
    });
    return { hidden: all, outputs: made };
  };
  return {
    run: runAll,
    close: async () => {
      for (const session of sessions) await session.close();
    },
  };
};

type RowOf = (step: number) => number;
/** [rows, width] each: h_t = decay · h_{t−1} + input. */
interface Gates {
  readonly decay: Float32Array;
  readonly input: Float32Array;
}

const copyRows = (from: Float32Array, into: Float32Array, width: number, rows: number, rowOf: RowOf): void => {
  for (let row = 0; row < rows; row += 1) {
    const at = rowOf(row) * width;
    for (let i = 0; i < width; i += 1) into[row * width + i] = from[at + i] as number;
  }
};

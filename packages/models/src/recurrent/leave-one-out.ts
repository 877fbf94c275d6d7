/**
 * What a subject's outputs had been without each of its last events: all variants in one run, times and lanes side by
 * side, since in a linear recurrence nothing but the recurrence itself waits for the event before. An event that does not
 * happen in a lane leaves the states of all blocks as they are. The events after it keep the gaps that they had.
 */
import { createGraph, type Program } from '../training/graph.ts';
import { openSession } from '../training/session.ts';
import type { EventSequences } from './events.ts';
import { checkChosen, createEventReader, type FoldingOptions, stateSizeOf } from './folding.ts';
import { runNetwork } from './network.ts';
import { denseConstants } from './scoring-programs.ts';
import type { RecurrentModel } from './shape.ts';
import { stateName } from './step-program.ts';

/** Events of a subject, by number, oldest first. */
export interface LastEvents {
  readonly start: number;
  /** At most `reach`. */
  readonly count: number;
}

/** One call at a time: calls share their arrays. */
export interface RecurrentLeaveOneOut {
  readonly reach: number;
  /**
   * `states` [n, stateSize], n at most `batch`: of subjects before their last events. Out: rows in the layout of states of
   * which the last output and the last items are set, for each subject count + 1 of them: with all its events, then
   * without the first, the second … of them. A row depends neither on the batch nor on the threads.
   */
  fold(states: Float32Array, events: EventSequences, last: readonly LastEvents[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Throws a RangeError for a model whose recurrence is not linear. */
export const createLeaveOneOut = async (
  model: RecurrentModel,
  { batch, threads, reach }: FoldingOptions & { readonly reach: number },
): Promise<RecurrentLeaveOneOut> => {
  const { shape } = model;
  if (shape.recurrence !== 'linear')
    throw new RangeError(`a ${shape.recurrence} waits for each event: linear ones alone`);
  const { width, blocks, lags } = shape;
  const stateSize = stateSizeOf(shape);
  const variants = reach + 1;
  const lanes = batch * variants;
  const reader = createEventReader(model);
  const session = await openSession(leaveOneOutProgram(model, lanes, reach), { threads });
  const own = new Float32Array(batch * reach * width);
  const events = new Float32Array(reach * lanes * width);
  const happens = new Float32Array(reach * lanes);
  const before = Array.from({ length: blocks }, () => new Float32Array(lanes * width));
  const outputs = new Float32Array(reach * lanes * width);
  const named = Object.fromEntries(before.map((array, block) => [stateName(block), array]));
  const run = session.bind({ events, happens, outputs, ...named });

  /** Subjects' events stand at the end of the times: all have their newest at the same one. */
  const spread = (states: Float32Array, last: readonly LastEvents[]) => {
    happens.fill(0);
    let read = 0;
    for (const [subject, { count }] of last.entries()) {
      for (let variant = 0; variant <= count; variant += 1) {
        const lane = subject * variants + variant;
        for (const [block, array] of before.entries()) {
          const at = subject * stateSize + block * width;
          array.set(states.subarray(at, at + width), lane * width);
        }
        for (let k = 0; k < count; k += 1) {
          const row = (reach - count + k) * lanes + lane;
          happens[row] = variant === k + 1 ? 0 : 1;
          events.set(own.subarray((read + k) * width, (read + k + 1) * width), row * width);
        }
      }
      read += count;
    }
  };

  return {
    reach,
    fold: async (states, sequences, last) => {
      if (last.length > batch || states.length !== last.length * stateSize)
        throw new RangeError(`${last.length} subjects of ${batch}, states of ${states.length} numbers`);
      const chosen = last.flatMap(({ start, count }) => Array.from({ length: count }, (_, k) => start + k));
      checkChosen(sequences, Int32Array.from(chosen), model);
      reader.read(sequences, Int32Array.from(chosen), own);
      spread(states, last);
      await run();
      const rows = last.reduce((sum, { count }) => sum + count + 1, 0);
      const found = new Float32Array(rows * stateSize);
      let at = 0;
      for (const [subject, { start, count }] of last.entries())
        for (let variant = 0; variant <= count; variant += 1) {
          const row = found.subarray(at * stateSize, (at + 1) * stateSize);
          row.set(states.subarray(subject * stateSize, (subject + 1) * stateSize));
          const recent = row.subarray(stateSize - lags);
          for (let k = 0; k < count; k += 1)
            if (variant !== k + 1) reader.enter(sequences.items[start + k] as number, recent);
          // the newest event that happens is the last, or the one before it
          const newest = variant === count && count > 0 ? reach - 2 : reach - 1;
          if (newest >= reach - count) {
            const output = (newest * lanes + subject * variants + variant) * width;
            row.set(outputs.subarray(output, output + width), blocks * width);
          }
          at += 1;
        }
      return found;
    },
    close: session.close,
  };
};

const leaveOneOutProgram = (model: RecurrentModel, lanes: number, times: number): Program => {
  const { shape } = model;
  const graph = createGraph();
  const rows = times * lanes;
  const { outputs } = runNetwork(
    {
      events: graph.input('events', [rows, shape.width]),
      keep: graph.constant('keep', new Float32Array(rows).fill(1), [rows, 1]),
      happens: graph.input('happens', [rows, 1]),
      states: Array.from({ length: shape.blocks }, (_, block) => graph.input(stateName(block), [lanes, shape.width])),
    },
    denseConstants(graph, model),
    shape,
  );
  return graph.program({ outputs });
};

/**
 * What a subject's outputs had been without each of its last events: all variants in one run, since in a linear recurrence
 * nothing but the recurrence itself waits for the event before. A variant is its subject's own way up to the event that it
 * lacks, so lanes part one after the other: at time t (1, 2, …) there are t of them, the subject's own and those that lack
 * an event before. The events after a gap keep the gaps that they had.
 */
import { createGraph, type Program, type Tensor } from '../training/graph.ts';
import { add, mul } from '../training/operators/arithmetic.ts';
import { concat, slice } from '../training/operators/indexing.ts';
import { createScratch } from '../training/scratch.ts';
import { openSession } from '../training/session.ts';
import type { EventSequences } from './events.ts';
import { checkChosen, createEventReader, type EventReader, type FoldingOptions, stateSizeOf } from './folding.ts';
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
   * without the first, the second … of them; good until the next call. A row depends neither on the batch nor on the
   * threads.
   */
  fold(states: Float32Array, events: EventSequences, last: readonly LastEvents[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/** `reader`: the model's own, where several read by one. Throws a RangeError for a model whose recurrence is not linear. */
export const createLeaveOneOut = async (
  model: RecurrentModel,
  { batch, threads, reach }: FoldingOptions & { readonly reach: number },
  reader: EventReader = createEventReader(model),
): Promise<RecurrentLeaveOneOut> => {
  const { shape } = model;
  if (shape.recurrence !== 'linear')
    throw new RangeError(`a ${shape.recurrence} waits for each event: linear ones alone`);
  const { width, blocks, lags } = shape;
  const stateSize = stateSizeOf(shape);
  /** Rows of a subject: one at the first time, two at the second … */
  const lanes = (reach * (reach + 1)) / 2;
  const session = await openSession(leaveOneOutProgram(model, batch, reach), { threads });
  const own = new Float32Array(batch * reach * width);
  const events = new Float32Array(batch * lanes * width);
  const happens = new Float32Array(batch * lanes);
  const before = Array.from({ length: blocks }, () => new Float32Array(batch * width));
  const outputs = new Float32Array(batch * (reach + 1) * width);
  const scratch = createScratch();
  const named = Object.fromEntries(before.map((array, block) => [stateName(block), array]));
  const run = session.bind({ events, happens, outputs, ...named });
  /** Of a time from 1 on; lane 0 is the subject's own. */
  const rowOf = (time: number, lane: number, subject: number) => ((time * (time - 1)) / 2 + lane) * batch + subject;

  /** Subjects' events stand at the end of the times: all have their newest at the same one. */
  const spread = (states: Float32Array, last: readonly LastEvents[]) => {
    happens.fill(0);
    let read = 0;
    for (const [subject, { count }] of last.entries()) {
      for (const [block, array] of before.entries()) {
        const at = subject * stateSize + block * width;
        array.set(states.subarray(at, at + width), subject * width);
      }
      for (let k = 0; k < count; k += 1, read += 1) {
        const event = own.subarray(read * width, (read + 1) * width);
        const time = reach - count + k + 1;
        for (let lane = 0; lane < time; lane += 1) {
          const row = rowOf(time, lane, subject);
          happens[row] = 1;
          events.set(event, row * width);
        }
      }
    }
  };

  return {
    reach,
    fold: async (states, sequences, last) => {
      if (last.length > batch || states.length !== last.length * stateSize)
        throw new RangeError(`${last.length} subjects of ${batch}, states of ${states.length} numbers`);
      const chosen = chosenOf(last);
      checkChosen(sequences, chosen, model);
      reader.read(sequences, chosen, own);
      spread(states, last);
      await run();
      const rows = last.reduce((sum, { count }) => sum + count + 1, 0);
      const found = scratch(rows * stateSize);
      let at = 0;
      for (const [subject, { start: first, count }] of last.entries())
        for (let variant = 0; variant <= count; variant += 1) {
          const start = at * stateSize;
          for (let i = 0; i < stateSize; i += 1) found[start + i] = states[subject * stateSize + i] as number;
          const recent = found.subarray(start + stateSize - lags, start + stateSize);
          for (let k = 0; k < count; k += 1)
            if (variant !== k + 1) reader.enter(sequences.items[first + k] as number, recent);
          const lane = variant === 0 ? 0 : reach - count + variant;
          // without its only event a subject has the output that it came with
          if (count > (lane === reach ? 1 : 0)) {
            const output = (lane * batch + subject) * width;
            for (let i = 0; i < width; i += 1) found[start + blocks * width + i] = outputs[output + i] as number;
          }
          at += 1;
        }
      return found;
    },
    close: session.close,
  };
};

/** Events of all subjects, one subject after the other. */
const chosenOf = (last: readonly LastEvents[]): Int32Array => {
  const chosen = new Int32Array(last.reduce((sum, { count }) => sum + count, 0));
  let at = 0;
  for (const { start, count } of last) for (let k = 0; k < count; k += 1, at += 1) chosen[at] = start + k;
  return chosen;
};

const leaveOneOutProgram = (model: RecurrentModel, batch: number, times: number): Program => {
  const { shape } = model;
  const graph = createGraph();
  const rows = (batch * (times * (times + 1))) / 2;
  /** All lanes at the last time; who lacks the newest event stands where the subject stood before it. */
  const wanted = (all: Tensor) => {
    const newest = slice(all, 0, rows - times * batch, rows);
    const before = rows - (2 * times - 1) * batch;
    return times === 1 ? newest : concat([newest, slice(all, 0, before, before + batch)], 0);
  };
  const { outputs } = runNetwork(
    {
      events: graph.input('events', [rows, shape.width]),
      keep: graph.constant('keep', new Float32Array(rows).fill(1), [rows, 1]),
      happens: graph.input('happens', [rows, 1]),
      states: Array.from({ length: shape.blocks }, (_, block) => graph.input(stateName(block), [batch, shape.width])),
      recurrence: (decay, input, start) => partingRecurrence(decay, input, start, batch, times),
      wanted,
    },
    denseConstants(graph, model),
    shape,
  );
  return graph.program({ outputs });
};

/** `linearRecurrence` over lanes that part: at each time one more begins, where the subject's own stood two times before. */
const partingRecurrence = (decay: Tensor, input: Tensor, start: Tensor, batch: number, times: number): Tensor => {
  const states: Tensor[] = [];
  let [lanes, earlier] = [start, start];
  for (let time = 1, row = 0; time <= times; row += time * batch, time += 1) {
    const own = slice(lanes, 0, 0, batch);
    const before = time === 1 ? start : concat([lanes, earlier], 0);
    const of = (rows: Tensor) => slice(rows, 0, row, row + time * batch);
    [lanes, earlier] = [add(mul(of(decay), before), of(input)), own];
    states.push(lanes);
  }
  return concat(states, 0);
};

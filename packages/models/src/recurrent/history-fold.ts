/**
 * Histories into states, and into what they had been without each of their last events. In a linear recurrence nothing but
 * the recurrence itself waits for the event before, so as many events as there are go at once; a GRU goes in waves, as many
 * as the longest history has events. Invariants: the same bits as event by event (folding.ts), whoever is folded beside
 * whom; states change when all is done, or not at all.
 */
import { createScratch } from '../training/scratch.ts';
import { createBlockRuns } from './block-runs.ts';
import type { EventSequences } from './events.ts';
import { checkChosen, createEventReader, stateSizeOf } from './folding.ts';
import { type HistorySteps, historySteps, type Stretch } from './history-steps.ts';
import type { RecurrentModel } from './shape.ts';
import { createWaveRuns } from './wave-runs.ts';

/** One call at a time: calls share their arrays. */
export interface HistoryFold {
  /** Numbers of a subject's state, in the layout of a `RecurrentFolding`. */
  readonly stateSize: number;
  /**
   * `states` [stretches, stateSize]: of subjects before their stretches; brought to where events are left out in turn, in
   * place and when all is done. Out: rows in the layout of states of which the last output and the last items are set, for
   * each stretch one more than it leaves out: with all its events, then without the first, the second … of those; good
   * until the next call. The events after a gap keep the gaps that they had. Throws a RangeError for an event that the
   * model does not know.
   */
  fold(states: Float32Array, events: EventSequences, stretches: readonly Stretch[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Throws a RangeError for weights that do not fit the shape or are no numbers, and for features that do not fit the items. */
export const createHistoryFold = async (
  model: RecurrentModel,
  { threads }: { readonly threads: number },
): Promise<HistoryFold> => {
  const { width, blocks, lags, recurrence } = model.shape;
  const reader = createEventReader(model);
  const stateSize = stateSizeOf(model.shape);
  const runs = await (recurrence === 'linear' ? createBlockRuns : createWaveRuns)(model, reader, threads);
  const found = createScratch();

  return {
    stateSize,
    fold: async (states, events, stretches) => {
      if (states.length !== stretches.length * stateSize)
        throw new RangeError(`${stretches.length} subjects, states of ${states.length} numbers, not ${stateSize} each`);
      const steps = historySteps(stretches);
      checkChosen(events, steps.events, model);
      const wanted = distinctSteps(steps);
      const made = await runs.run(states, events, steps, wanted.steps);
      const recentOf = (table: Float32Array, row: number) =>
        table.subarray((row + 1) * stateSize - lags, (row + 1) * stateSize);
      /** A step's output into a row; one before all steps has what it came with. */
      const putOutput = (table: Float32Array, row: number, step: number) => {
        if (step < 0) return;
        const from = (wanted.placeOf[step] as number) * width;
        for (let i = 0; i < width; i += 1)
          table[row * stateSize + blocks * width + i] = made.outputs[from + i] as number;
      };
      const rows = found(steps.last.length * stateSize);
      let row = 0;
      for (const [subject, { start, until, end }] of stretches.entries()) {
        const kept = steps.kept[subject] as number;
        putOutput(states, subject, kept);
        for (let block = 0; kept >= 0 && block < blocks; block += 1)
          for (let i = 0; i < width; i += 1)
            states[subject * stateSize + block * width + i] = made.hidden[block]?.[kept * width + i] as number;
        const recent = recentOf(states, subject);
        for (let event = start; event < until; event += 1) reader.enter(events.items[event] as number, recent);
        for (let left = until - 1; left < end; left += 1, row += 1) {
          for (let i = 0; i < stateSize; i += 1) rows[row * stateSize + i] = states[subject * stateSize + i] as number;
          putOutput(rows, row, steps.last[row] as number);
          const own = recentOf(rows, row);
          for (let event = until; event < end; event += 1)
            if (event !== left) reader.enter(events.items[event] as number, own);
        }
      }
      return rows;
    },
    close: runs.close,
  };
};

/** Steps that somebody wants the outputs of, each once, and where each is among them. */
const distinctSteps = ({ count, kept, last }: HistorySteps) => {
  const placeOf = new Int32Array(count).fill(-1);
  const steps: number[] = [];
  for (const some of [kept, last])
    for (const step of some)
      if (step >= 0 && (placeOf[step] as number) < 0) {
        placeOf[step] = steps.length;
        steps.push(step);
      }
  return { steps: new Int32Array(steps), placeOf };
};

/**
 * A recurrence whose gates look at the state before the event, over all steps of some histories: those that no step is
 * waited for go first, then those that go on from them, wave after wave, each in batches of the folding event by event.
 */
import { createScratch } from '../training/scratch.ts';
import type { BlockRuns } from './block-runs.ts';
import { createRecurrentFolding, type EventReader } from './folding.ts';
import type { HistorySteps } from './history-steps.ts';
import type { RecurrentModel } from './shape.ts';

/** A few subjects with all that is left out of each: more would run empty at the ends of long histories. */
const BATCH = 16;

export const createWaveRuns = async (
  model: RecurrentModel,
  reader: EventReader,
  threads: number,
): Promise<BlockRuns> => {
  const { width, blocks } = model.shape;
  const folding = await createRecurrentFolding(model, { batch: BATCH, threads }, reader);
  const { stateSize } = folding;
  const after = createScratch();
  /** Parts of states [rows, width] of some steps' states. */
  const partOf = (states: Float32Array, part: number, steps: ArrayLike<number>): Float32Array => {
    const rows = new Float32Array(steps.length * width);
    for (let row = 0; row < steps.length; row += 1) {
      const start = (steps[row] as number) * stateSize + part * width;
      rows.set(states.subarray(start, start + width), row * width);
    }
    return rows;
  };
  return {
    run: async (states, events, steps, wanted) => {
      const made = after(steps.count * stateSize);
      for (const wave of wavesOf(steps)) {
        const some = new Float32Array(wave.length * stateSize);
        wave.forEach((step, row) => {
          const before = steps.from[step] as number;
          const [from, at] = before < 0 ? [states, -1 - before] : [made, before];
          some.set(from.subarray(at * stateSize, (at + 1) * stateSize), row * stateSize);
        });
        const chosen = Int32Array.from(wave, (step) => steps.events[steps.event[step] as number] as number);
        await folding.advance(some, events, chosen);
        wave.forEach((step, row) => made.set(some.subarray(row * stateSize, (row + 1) * stateSize), step * stateSize));
      }
      const all = Array.from({ length: steps.count }, (_, step) => step);
      return {
        hidden: Array.from({ length: blocks }, (_, block) => partOf(made, block, all)),
        outputs: partOf(made, blocks, wanted),
      };
    },
    close: folding.close,
  };
};

/** Steps by how many steps lie before them. */
const wavesOf = ({ count, from }: HistorySteps): number[][] => {
  const waveOf = new Int32Array(count);
  const waves: number[][] = [];
  for (let step = 0; step < count; step += 1) {
    const before = from[step] as number;
    const wave = before < 0 ? 0 : (waveOf[before] as number) + 1;
    waveOf[step] = wave;
    (waves[wave] ??= []).push(step);
  }
  return waves;
};

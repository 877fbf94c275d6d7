import { openSession } from '../training/session.ts';
import {
  type CandidateArrays,
  createCandidateArrays,
  createRowArrays,
  namedCandidateArrays,
  namedRowArrays,
  type RowArrays,
} from './step-arrays.ts';
import { type StepShape, stepProgram } from './step-program.ts';

export interface StepRunner {
  /** Shared by all numbers of candidates. */
  readonly rows: RowArrays;
  /** The graph for so many candidates, opened when it is first asked for. */
  forCandidates(candidates: number): Promise<{ readonly own: CandidateArrays; run(): Promise<void> }>;
  close(): Promise<void>;
}

/** Places of scores are int32. */
const MOST_SCORES = 2 ** 31 - 1;

export const createStepRunner = (
  step: Omit<StepShape, 'candidates'>,
  dense: Readonly<Record<string, Float32Array>>,
  threads: number,
): StepRunner => {
  const { lanes, times, shape } = step;
  const count = lanes * times;
  const rows = createRowArrays(step);
  const open = async (candidates: number) => {
    if (count * candidates > MOST_SCORES)
      throw new RangeError(`${candidates} items × ${count} events are too many scores for a step: sample the softmax`);
    const own = createCandidateArrays(count, candidates, shape.width);
    const session = await openSession(stepProgram({ ...step, candidates }), { threads });
    const named = { ...dense, ...namedRowArrays(rows, step), ...namedCandidateArrays(own, count, shape.width) };
    return { own, run: session.bind(named), close: session.close };
  };
  const opened = new Map<number, ReturnType<typeof open>>();
  return {
    rows,
    forCandidates: (candidates) => {
      const known = opened.get(candidates) ?? open(candidates);
      opened.set(candidates, known);
      return known;
    },
    close: async () => {
      for (const runner of opened.values()) await (await runner).close();
    },
  };
};

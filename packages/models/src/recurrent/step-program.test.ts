import { describe, test } from 'vitest';
import { checkGradients } from '../training/gradient-check.fixture.ts';
import type { Tensor } from '../training/graph.ts';
import { cast } from '../training/operators/cast.ts';
import type { RecurrentShape } from './shape.ts';
import { denseShapes } from './shape.ts';
import { type StepShape, stepLoss } from './step-program.ts';

const LANES = 2;
const TIMES = 3;
const CANDIDATES = 4;
const rows = LANES * TIMES;

/** The loss of a step as the fixture wants it: its named inputs in the order of the shapes. */
const checkStep = (recurrence: RecurrentShape['recurrence'], smoothing: number, scale: number) => {
  const width = 3;
  const shape = { items: 9, features: 0, types: 2, gaps: 0, hours: 0, width, blocks: 2, recurrence, scale, lags: 2 };
  const step: StepShape = {
    shape,
    lanes: LANES,
    times: TIMES,
    candidates: CANDIDATES,
    sampled: true,
    blockDropout: true,
    smoothing,
  };
  const learned = {
    ...denseShapes(shape),
    events: [rows, width],
    candidateRows: [CANDIDATES, width],
    candidateBias: [CANDIDATES],
    cross: [rows, width],
  };
  const masks = [0, 1].flatMap((block) => [`mask${block}.mixed`, `mask${block}.output`]);
  const given = {
    keep: [rows, 1],
    state0: [LANES, width],
    state1: [LANES, width],
    ...Object.fromEntries(masks.map((name) => [name, [rows, width]])),
    targetWeights: [rows, 1],
    own: [rows],
    recentMask: [rows, 2],
    recentOwn: [rows * 2],
    ...(smoothing > 0 && { even: [1, CANDIDATES] }),
  };
  const names = [...Object.keys(learned), ...Object.keys(given)];
  return checkGradients({
    shapes: [...Object.values(learned), ...Object.values(given)],
    build: (inputs, graph) => {
      const byName = new Map(names.map((name, at) => [name, inputs[at] as Tensor]));
      const integers = (values: readonly number[]) => cast(graph.integers(values), 'int32');
      const indices = {
        places: [0, 5, 10, 15, 17, 22],
        recentPlaces: Array.from({ length: 2 * rows }, (_, at) => CANDIDATES * (at >> 1) + ((at * 3) % CANDIDATES)),
      };
      const input = (name: string) => {
        const tensor = byName.get(name);
        if (!tensor) throw new Error(`the step wants ${name}`);
        return tensor;
      };
      return stepLoss({ ...graph, input, indices: (name) => integers(indices[name as keyof typeof indices]) }, step)
        .loss;
    },
    fixed: Object.keys(given).map((_, at) => Object.keys(learned).length + at),
    values: (at) => 1.1 * Math.sin(at * 12.9898 + 0.7),
  });
};

describe("the step's gradients agree with finite differences: every weight, events, candidates, cross", () => {
  test('gated linear recurrence, two blocks', () => checkStep('linear', 0, 0));
  test('gated recurrent unit, two blocks, smoothed targets, scores by cosine', () => checkStep('gru', 0.1, 4));
});

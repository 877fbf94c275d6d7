/** The graph of a training step: from events and candidates to the loss and every gradient. */
import { gradientsOf } from '../training/gradients.ts';
import { createGraph, type Graph, type Program, type Tensor } from '../training/graph.ts';
import { add, mul, sub } from '../training/operators/arithmetic.ts';
import { reshape } from '../training/operators/indexing.ts';
import { linearCrossEntropy, type ScoreShift } from '../training/operators/linear-cross-entropy.ts';
import { matmul } from '../training/operators/matmul.ts';
import { sum } from '../training/operators/reductions.ts';
import { askFor, comparable, repeatBonus, runNetwork, type WeightTensors } from './network.ts';
import { denseShapes, type RecurrentShape } from './shape.ts';

export interface StepShape {
  readonly shape: RecurrentShape;
  readonly lanes: number;
  /** Positions of a lane in one step. */
  readonly times: number;
  /** Items that scores are computed for: all, or room for the candidates. */
  readonly candidates: number;
  /** Targets' scores get `own`. */
  readonly sampled: boolean;
  readonly blockDropout: boolean;
  /** Share of a target that is spread evenly over the candidates (label smoothing, Szegedy et al. 2016). */
  readonly smoothing: number;
}

/** Name of a weight's gradient among the outputs. */
export const gradientName = (name: string): string => `d.${name}`;
/** Names of a block's state before and after the step. */
export const stateName = (block: number): string => `state${block}`;
export const nextStateName = (block: number): string => `next${block}`;
export const maskName = (block: number, part: 'mixed' | 'output'): string => `mask${block}.${part}`;

/**
 * Inputs beside the dense weights, rows = times · lanes:
 * events and cross [rows, width], keep [rows, 1], states [lanes, width], masks [rows, width];
 * candidateRows [candidates, width], candidateBias [candidates], with −log chance where they are sampled;
 * places, targetWeights [rows] (see `RowTargets`), own [rows], what takes a target's chance back out of its score;
 * recentPlaces, recentOwn [rows · lags] and recentMask [rows, lags], the same of the last items; even [1, candidates], weights that sum to 1.
 * Loss: Σ targetWeights · cross entropy. Gradients of dense weights, events, cross, candidateRows and candidateBias.
 */
export const stepLoss = (graph: Graph, step: StepShape) => {
  const { shape, lanes, times, candidates, sampled, blockDropout, smoothing } = step;
  const { width, blocks, types, lags } = shape;
  const rows = times * lanes;
  const dense: WeightTensors = Object.fromEntries(
    Object.entries(denseShapes(shape)).map(([name, dimensions]) => [name, graph.input(name, dimensions)]),
  );
  const blockList = Array.from({ length: blocks }, (_, block) => block);
  const events = graph.input('events', [rows, width]);
  const { outputs, states } = runNetwork(
    {
      events,
      keep: graph.input('keep', [rows, 1]),
      states: blockList.map((block) => graph.input(stateName(block), [lanes, width])),
      ...(blockDropout && {
        masks: blockList.map((block) => ({
          mixed: graph.input(maskName(block, 'mixed'), [rows, width]),
          output: graph.input(maskName(block, 'output'), [rows, width]),
        })),
      }),
    },
    dense,
    shape,
  );
  const cross = types > 0 ? graph.input('cross', [rows, width]) : undefined;
  const asked = askFor(outputs, cross, shape);
  const candidateRows = graph.input('candidateRows', [candidates, width]);
  const compared = comparable(candidateRows, shape);
  const candidateBias = graph.input('candidateBias', [candidates]);
  const weights = graph.input('targetWeights', [rows, 1]);
  const places = graph.indices('places', [rows]);
  const shifts: ScoreShift[] = sampled ? [{ places, values: graph.input('own', [rows]) }] : [];
  const bonus = repeatBonus(asked, dense, shape);
  if (bonus) {
    const values = reshape(mul(bonus, graph.input('recentMask', [rows, lags])), [rows * lags]);
    shifts.push({
      places: graph.indices('recentPlaces', [rows * lags]),
      values: sampled ? add(values, graph.input('recentOwn', [rows * lags])) : values,
    });
  }
  const sharp = linearCrossEntropy(asked, compared, candidateBias, { places, weights, share: 1 - smoothing }, shifts);
  const loss = smoothing > 0 ? sub(sharp, mul(smoothed(asked, compared, candidateBias, weights), smoothing)) : sharp;
  const learned = { ...dense, events, candidateRows, candidateBias, ...(cross && { cross }) };
  return { loss, learned, states };
};

/**
 * Σ_r w_r · mean of the row's scores, without the scores: that of the mean candidate. Repeat bonuses are left out: their
 * share of a mean over all candidates is nothing.
 */
const smoothed = (asked: Tensor, rows: Tensor, bias: Tensor, weights: Tensor): Tensor => {
  const even = rows.graph.input('even', [1, rows.shape[0] as number]);
  const mean = matmul(asked, matmul(even, rows), { transposeB: true });
  return sum(mul(weights, add(mean, sum(mul(even, bias)))));
};

export const stepProgram = (step: StepShape): Program => {
  const graph = createGraph();
  const { loss, learned, states } = stepLoss(graph, step);
  const gradients = gradientsOf(loss, Object.values(learned));
  return graph.program({
    loss,
    ...Object.fromEntries(Object.keys(learned).map((name, at) => [gradientName(name), gradients[at] as Tensor])),
    ...Object.fromEntries(states.map((state, block) => [nextStateName(block), state])),
  });
};

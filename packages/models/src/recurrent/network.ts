import type { Tensor } from '../training/graph.ts';
import { add, mul, sub } from '../training/operators/arithmetic.ts';
import { gelu, sigmoid, silu } from '../training/operators/elementwise.ts';
import { slice } from '../training/operators/indexing.ts';
import { layerNorm } from '../training/operators/layer-norm.ts';
import { matmul } from '../training/operators/matmul.ts';
import { gruRecurrence, linearRecurrence } from '../training/operators/recurrence.ts';
import { unitRows } from '../training/operators/unit-rows.ts';
import type { RecurrentShape } from './shape.ts';

export type WeightTensors = Readonly<Record<string, Tensor>>;

/** Rows lie by time: [times · lanes, width]. */
export interface NetworkInput {
  /** What the events are: items or searches, dropped out, and their context. */
  readonly events: Tensor;
  /** [times · lanes, 1], 0 where a state begins anew, else 1. */
  readonly keep: Tensor;
  /** Of each block, [lanes, width]. */
  readonly states: readonly Tensor[];
  /** Of each block. Absent: nothing is dropped. */
  readonly masks?: readonly BlockMasks[];
}

/** [times · lanes, width]: 0, or 1 / share that stays. */
interface BlockMasks {
  readonly mixed: Tensor;
  readonly output: Tensor;
}

export interface NetworkOutput {
  /** [times · lanes, width]. */
  readonly outputs: Tensor;
  /** After the last time, of each block, [lanes, width]. */
  readonly states: readonly Tensor[];
}

const NORM_EPSILON = 1e-5;

const weightOf = (weights: WeightTensors, name: string): Tensor => {
  const tensor = weights[name];
  if (!tensor) throw new Error(`no weight ${name}`);
  return tensor;
};

/**
 * Blocks around a gated recurrence, e = LN(events) first. In each:
 * z = σ(W_z e + b_z), c = W_c e, h_t = (1 − z) h_{t−1} + z c (De et al. 2024, Griffin's family; or a GRU's h),
 * x = LN(e + W_o (h · silu(W_g e))), y = LN(x + W_2 gelu(W_1 x)), and y is the next block's e.
 */
export const runNetwork = (input: NetworkInput, weights: WeightTensors, shape: RecurrentShape): NetworkOutput => {
  let outputs = enterNetwork(input.events, weights);
  const states = input.states.map((state, block) => {
    const hidden = recurrenceOf(outputs, state, block, input, weights, shape);
    outputs = leaveBlock(outputs, hidden, block, weights, input.masks?.[block]);
    const rows = hidden.shape[0] as number;
    return slice(hidden, 0, rows - (state.shape[0] as number), rows);
  });
  return { outputs, states };
};

const norm = (x: Tensor, name: string, weights: WeightTensors): Tensor =>
  layerNorm(x, weightOf(weights, `${name}.scale`), weightOf(weights, `${name}.shift`), NORM_EPSILON);

/** The first block's e. */
export const enterNetwork = (events: Tensor, weights: WeightTensors): Tensor => norm(events, 'event', weights);

/** z and c of a linear recurrence: what it makes of an event is known before the state that the event finds. */
export const linearGates = (e: Tensor, block: number, weights: WeightTensors) => {
  const of = (name: string) => weightOf(weights, `block${block}.${name}`);
  const update = sigmoid(matmul(e, of('update'), { bias: of('update.bias') }));
  return { update, candidate: matmul(e, of('candidate')) };
};

/** y of a block. */
export const leaveBlock = (e: Tensor, h: Tensor, block: number, weights: WeightTensors, mask?: BlockMasks): Tensor => {
  const of = (name: string) => weightOf(weights, `block${block}.${name}`);
  const mixed = matmul(mul(h, silu(matmul(e, of('gate')))), of('out'));
  const x = norm(add(e, mask ? mul(mixed, mask.mixed) : mixed), `block${block}.mixed`, weights);
  const wide = gelu(matmul(x, of('expand'), { bias: of('expand.bias') }));
  const fed = matmul(wide, of('contract'), { bias: of('contract.bias') });
  return norm(add(x, mask ? mul(fed, mask.output) : fed), `block${block}.output`, weights);
};

const recurrenceOf = (
  e: Tensor,
  state: Tensor,
  block: number,
  { keep }: NetworkInput,
  weights: WeightTensors,
  { recurrence }: RecurrentShape,
): Tensor => {
  const of = (name: string) => weightOf(weights, `block${block}.${name}`);
  if (recurrence === 'gru')
    return gruRecurrence(matmul(e, of('input'), { bias: of('input.bias') }), keep, state, of('state'));
  const { update, candidate } = linearGates(e, block, weights);
  return linearRecurrence(mul(sub(1, update), keep), mul(update, candidate), state);
};

/**
 * Outputs as a question for one type of event, y · (1 + C[type]), `cross` being C's rows; of length `scale` where scores
 * are cosines.
 */
export const askFor = (outputs: Tensor, cross: Tensor | undefined, { scale }: RecurrentShape): Tensor => {
  const asked = cross ? mul(outputs, add(cross, 1)) : outputs;
  return scale > 0 ? mul(unitRows(asked), scale) : asked;
};

/** Vectors of items as outputs are compared with them. */
export const comparable = (vectors: Tensor, { scale }: RecurrentShape): Tensor =>
  scale > 0 ? unitRows(vectors) : vectors;

/** Bonus of the last items, [rows, lags], newest first; undefined where the model has none. */
export const repeatBonus = (asked: Tensor, weights: WeightTensors, { lags }: RecurrentShape): Tensor | undefined =>
  lags > 0 ? matmul(asked, weightOf(weights, 'repeat'), { bias: weightOf(weights, 'repeat.bias') }) : undefined;

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
  /** [times · lanes, 1], 0 where an event does not happen in a lane, else 1; absent: all happen. Linear recurrences alone. */
  readonly happens?: Tensor;
  /** Of each block, [lanes, width]. */
  readonly states: readonly Tensor[];
  /** In place of `linearRecurrence`, where rows lie in another way. */
  readonly recurrence?: (decay: Tensor, input: Tensor, start: Tensor) => Tensor;
  /** Rows whose outputs are wanted; absent: all. Behind the last recurrence nothing is computed for the others. */
  readonly wanted?: (rows: Tensor) => Tensor;
  /** Of each block, [times · lanes, width]: 0, or 1 / share that stays. Absent: nothing is dropped. */
  readonly masks?: readonly { readonly mixed: Tensor; readonly output: Tensor }[];
}

export interface NetworkOutput {
  /** [times · lanes, width], or those that are wanted. */
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
  const norm = (x: Tensor, name: string) =>
    layerNorm(x, weightOf(weights, `${name}.scale`), weightOf(weights, `${name}.shift`), NORM_EPSILON);
  let outputs = norm(input.events, 'event');
  const states = input.states.map((state, at) => {
    const of = (name: string) => weightOf(weights, `block${at}.${name}`);
    const mask = input.masks?.[at];
    const hidden = recurrenceOf(outputs, state, input, of, shape);
    const wanted = at === input.states.length - 1 ? input.wanted : undefined;
    const [e, h] = wanted ? [wanted(outputs), wanted(hidden)] : [outputs, hidden];
    const mixed = matmul(mul(h, silu(matmul(e, of('gate')))), of('out'));
    const x = norm(add(e, mask ? mul(mixed, mask.mixed) : mixed), `block${at}.mixed`);
    const wide = gelu(matmul(x, of('expand'), { bias: of('expand.bias') }));
    const fed = matmul(wide, of('contract'), { bias: of('contract.bias') });
    outputs = norm(add(x, mask ? mul(fed, mask.output) : fed), `block${at}.output`);
    const rows = hidden.shape[0] as number;
    return slice(hidden, 0, rows - (state.shape[0] as number), rows);
  });
  return { outputs, states };
};

const recurrenceOf = (
  events: Tensor,
  state: Tensor,
  { keep, happens, recurrence: recur = linearRecurrence }: NetworkInput,
  of: (name: string) => Tensor,
  { recurrence }: RecurrentShape,
): Tensor => {
  if (recurrence === 'gru')
    return gruRecurrence(matmul(events, of('input'), { bias: of('input.bias') }), keep, state, of('state'));
  const open = sigmoid(matmul(events, of('update'), { bias: of('update.bias') }));
  const update = happens ? mul(open, happens) : open;
  const candidate = matmul(events, of('candidate'));
  return recur(mul(sub(1, update), keep), mul(update, candidate), state);
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

import type { Tensor } from '../graph.ts';
import { sameShape } from '../shape.ts';
import { add, div, mul, sub } from './arithmetic.ts';
import { reduce } from './reductions.ts';

/**
 * Softmax over the last axis, its normaliser and its cross entropies. A cross entropy leaves the powers behind for its
 * gradient, softmax·Σt − t. Targets are weights ≥ 0 (one-hot, counts, smoothed) and carry no gradient.
 */

/** e^(x − max), its sum and log Σ e^x over the last axis, kept as length 1; the maximum keeps e^x from overflowing. */
const softmaxParts = (x: Tensor) => {
  const { graph, shape } = x;
  const last = shape.length - 1;
  const max = reduce('ReduceMax', x, [last]);
  const powers = graph.node('Exp', { inputs: [sub(x, max)], shape });
  const total = reduce('ReduceSum', powers, [last]);
  const logTotal = graph.node('Log', { inputs: [total], shape: total.shape });
  return { powers, total, logSum: add(logTotal, max) };
};

/** log Σ e^x over the last axis, kept as length 1. */
export const logSumExp = (x: Tensor): Tensor => {
  const { powers, total, logSum } = softmaxParts(x);
  return x.graph.node('Identity', {
    inputs: [logSum],
    sources: [x],
    shape: logSum.shape,
    backward: (gradient) => [mul(powers, div(gradient, total))],
  });
};

/** log softmax over the last axis. */
export const logSoftmax = (x: Tensor): Tensor => sub(x, logSumExp(x));

/** −Σ_j t_j log softmax_j(x) of each row: logits and targets [rows, columns] → [rows, 1]. */
export const softmaxCrossEntropy = (logits: Tensor, targets: Tensor): Tensor => {
  if (!sameShape(logits.shape, targets.shape))
    throw new RangeError(`logits [${logits.shape.join(', ')}], targets [${targets.shape.join(', ')}]`);
  const { powers, total, logSum } = softmaxParts(logits);
  const weight = reduce('ReduceSum', targets, [1]);
  const hit = reduce('ReduceSum', mul(targets, logits), [1]);
  return logits.graph.node('Sub', {
    inputs: [mul(weight, logSum), hit],
    sources: [logits],
    shape: weight.shape,
    backward: (gradient) => [sub(mul(powers, div(mul(weight, gradient), total)), mul(targets, gradient))],
  });
};

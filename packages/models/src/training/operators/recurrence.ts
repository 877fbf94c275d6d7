/**
 * Recurrences unrolled over time, with their gradients written out: what is a product with a matrix is done for all times
 * at once, only what needs the state before it goes step by step. Rows lie by time, [times · lanes, width], row
 * t · lanes + lane, so that a time is a contiguous block of rows.
 */
import type { Tensor } from '../graph.ts';
import { add, mul, sub } from './arithmetic.ts';
import { sigmoid, tanh } from './elementwise.ts';
import { concat, slice } from './indexing.ts';
import { matmul } from './matmul.ts';

const timesOf = (rows: Tensor, start: Tensor): number => {
  const times = (rows.shape[0] as number) / (start.shape[0] as number);
  if (!Number.isInteger(times))
    throw new RangeError(`${rows.shape[0]} rows are no whole number of times of ${start.shape[0]} lanes`);
  return times;
};

const timeOf = (rows: Tensor, lanes: number, time: number): Tensor => slice(rows, 0, time * lanes, (time + 1) * lanes);

/** States before each time: the start, then all but the last. */
const statesBefore = (start: Tensor, states: readonly Tensor[]): Tensor => concat([start, ...states.slice(0, -1)], 0);

/**
 * h_t = decay_t · h_{t−1} + input_t for each number by itself; decay and input [times · lanes, width], start
 * [lanes, width]; all h in the layout of the input. The gradient is the same recurrence backwards:
 * ∂h_t = g_t + decay_{t+1} · ∂h_{t+1}, ∂input = ∂h, ∂decay_t = ∂h_t · h_{t−1}.
 */
export const linearRecurrence = (decay: Tensor, input: Tensor, start: Tensor): Tensor => {
  const times = timesOf(input, start);
  const lanes = start.shape[0] as number;
  const states: Tensor[] = [];
  for (let time = 0; time < times; time += 1) {
    const before = states.at(-1) ?? start;
    states.push(add(mul(timeOf(decay, lanes, time), before), timeOf(input, lanes, time)));
  }
  return input.graph.node('Concat', {
    inputs: states,
    sources: [decay, input, start],
    shape: input.shape,
    attributes: { axis: 0 },
    backward: (gradient) => {
      const back: Tensor[] = [];
      let later: Tensor | undefined;
      for (let time = times - 1; time >= 0; time -= 1) {
        const own = timeOf(gradient, lanes, time);
        const total = later ? add(own, later) : own;
        back.push(total);
        later = mul(timeOf(decay, lanes, time), total);
      }
      const all = concat(back.reverse(), 0);
      return [mul(all, statesBefore(start, states)), all, later];
    },
  });
};

/**
 * A gated recurrent unit (Cho et al. 2014), [r z n] in this order: with p = keep · h_{t−1},
 * r = σ(x_r + p U_r), z = σ(x_z + p U_z), n = tanh(x_n + r · p U_n), h_t = (1 − z) p + z n.
 * `projected` [times · lanes, 3 width] is x, keep [times · lanes, 1] carries no gradient, start [lanes, width],
 * `weights` U [width, 3 width].
 */
export const gruRecurrence = (projected: Tensor, keep: Tensor, start: Tensor, weights: Tensor): Tensor => {
  const times = timesOf(projected, start);
  const [lanes, width] = start.shape as readonly [number, number];
  const steps: GruStep[] = [];
  for (let time = 0; time < times; time += 1) {
    const kept = timeOf(keep, lanes, time);
    steps.push({ kept, ...gruStep(timeOf(projected, lanes, time), mul(steps.at(-1)?.h ?? start, kept), weights) });
  }
  return projected.graph.node('Concat', {
    inputs: steps.map(({ h }) => h),
    sources: [projected, keep, start, weights],
    shape: [times * lanes, width],
    attributes: { axis: 0 },
    backward: (gradient) => {
      const toProjected: Tensor[] = [];
      const toProducts: Tensor[] = [];
      let later: Tensor | undefined;
      for (const [time, { kept, p, r, z, pn, n }] of [...steps.entries()].reverse()) {
        const own = timeOf(gradient, lanes, time);
        const dh = later ? add(own, later) : own;
        const dn = mul(mul(dh, z), sub(1, mul(n, n)));
        const dz = mul(mul(dh, sub(n, p)), mul(z, sub(1, z)));
        const dr = mul(mul(dn, pn), mul(r, sub(1, r)));
        const dProducts = concat([dr, dz, mul(dn, r)], 1);
        toProjected.push(concat([dr, dz, dn], 1));
        toProducts.push(dProducts);
        later = mul(add(mul(dh, sub(1, z)), matmul(dProducts, weights, { transposeB: true })), kept);
      }
      const before = concat(
        steps.map(({ p }) => p),
        0,
      );
      return [
        concat(toProjected.reverse(), 0),
        undefined,
        later,
        matmul(before, concat(toProducts.reverse(), 0), { transposeA: true }),
      ];
    },
  });
};

interface GruStep extends ReturnType<typeof gruStep> {
  readonly kept: Tensor;
}

const gruStep = (x: Tensor, p: Tensor, weights: Tensor) => {
  const width = p.shape[1] as number;
  const part = (of: Tensor, at: number) => slice(of, 1, at * width, (at + 1) * width);
  const u = matmul(p, weights);
  const r = sigmoid(add(part(x, 0), part(u, 0)));
  const z = sigmoid(add(part(x, 1), part(u, 1)));
  const pn = part(u, 2);
  const n = tanh(add(part(x, 2), mul(r, pn)));
  return { p, r, z, pn, n, h: add(p, mul(z, sub(n, p))) };
};

import type { Tensor } from '../training/graph.ts';
import { add } from '../training/operators/arithmetic.ts';
import { silu } from '../training/operators/elementwise.ts';
import { layerNorm } from '../training/operators/layer-norm.ts';
import { matmul } from '../training/operators/matmul.ts';

export type WeightTensors = Readonly<Record<string, Tensor>>;

/** A Gaussian for each row, [rows, latent]. */
export interface Gaussian {
  readonly mu: Tensor;
  /** log σ², any real number. */
  readonly logVariance: Tensor;
}

/** RecVAE's; large, so that a layer whose input is nearly constant is not blown up to unit variance. */
const NORM_EPSILON = 0.1;

const weightOf = (weights: WeightTensors, name: string): Tensor => {
  const tensor = weights[name];
  if (!tensor) throw new Error(`no weight ${name}`);
  return tensor;
};

/**
 * The dense-skip encoder of RecVAE (Shenbin et al. 2020, section 3.1): h_{j+1} = LN(swish(W h_j + b + Σ earlier h)), mu
 * and log σ² linear in the last. `first` [rows, hidden] is the sparse layer's sum without its bias.
 */
export const encode = (first: Tensor, weights: WeightTensors, depth: number): Gaussian => {
  const of = (name: string) => weightOf(weights, name);
  const layer = (x: Tensor, at: number) =>
    layerNorm(silu(x), of(`norm${at}.scale`), of(`norm${at}.shift`), NORM_EPSILON);
  let h = layer(add(first, of('bias0')), 0);
  let skipped = h;
  for (let at = 1; at < depth; at += 1) {
    h = layer(add(matmul(h, of(`layer${at}`), { bias: of(`bias${at}`) }), skipped), at);
    skipped = add(skipped, h);
  }
  return {
    mu: matmul(h, of('mu'), { bias: of('mu.bias') }),
    logVariance: matmul(h, of('logVariance'), { bias: of('logVariance.bias') }),
  };
};

/** Scores of items, [rows, items]: z·rowsᵀ + rowBias. */
export const decode = (z: Tensor, weights: WeightTensors): Tensor =>
  matmul(z, weightOf(weights, 'rows'), { transposeB: true, bias: weightOf(weights, 'rowBias') });

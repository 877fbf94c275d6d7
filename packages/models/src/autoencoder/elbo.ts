/**
 * The evidence lower bound E_q[log p(x|z)] − weight · KL(q(z|x) ‖ p(z)) (Kingma and Welling 2014), for a Gaussian
 * q = N(mu, e^l) with l = log σ², unsquashed.
 */
import type { Tensor } from '../training/graph.ts';
import { add, mul, neg, square, sub } from '../training/operators/arithmetic.ts';
import { exp } from '../training/operators/elementwise.ts';
import { concat, reshape } from '../training/operators/indexing.ts';
import { sum } from '../training/operators/reductions.ts';
import { logSumExp } from '../training/operators/softmax.ts';
import type { Gaussian } from './network.ts';

const LOG_TAU = Math.log(2 * Math.PI);

/** z = mu + σ·noise, noise ~ N(0, I). */
export const sampleOf = ({ mu, logVariance }: Gaussian, noise: Tensor): Tensor =>
  add(mu, mul(exp(mul(logVariance, 0.5)), noise));

const sumOfRow = (x: Tensor): Tensor => sum(x, { axes: [-1], keepAxes: true });

/** KL(q ‖ N(0, I)) = ½ Σ (e^l + mu² − 1 − l) ≥ 0, [rows, 1]. */
export const standardKl = ({ mu, logVariance }: Gaussian): Tensor =>
  mul(sumOfRow(sub(add(exp(logVariance), square(mu)), add(logVariance, 1))), 0.5);

/** RecVAE's mixture, section 3.2: the standard normal, the encoder before this pass, and a wide normal, e^10. */
const SHARES = { standard: 3 / 20, old: 3 / 4, wide: 1 / 10 } as const;
const WIDE_LOG_VARIANCE = 10;

/** log N(z; mean, e^l) of each dimension. */
const logDensity = (z: Tensor, mean: Tensor | number, logVariance: Tensor | number): Tensor => {
  const precision = typeof logVariance === 'number' ? Math.exp(-logVariance) : exp(neg(logVariance));
  const distance = mul(square(sub(z, mean)), precision);
  return mul(add(distance, typeof logVariance === 'number' ? logVariance + LOG_TAU : add(logVariance, LOG_TAU)), -0.5);
};

/**
 * log q(z) − log p(z) at the sample z = mu + σ·noise, [rows, 1]: an unbiased estimate of the KL to the composite prior,
 * which mixes in each dimension by itself. One sample may be below 0, its expectation can't be.
 */
export const compositeKl = ({ mu, logVariance }: Gaussian, old: Gaussian, noise: Tensor): Tensor => {
  const z = sampleOf({ mu, logVariance }, noise);
  const parts = [
    add(logDensity(z, 0, 0), Math.log(SHARES.standard)),
    add(logDensity(z, old.mu, old.logVariance), Math.log(SHARES.old)),
    add(logDensity(z, 0, WIDE_LOG_VARIANCE), Math.log(SHARES.wide)),
  ];
  const wide = [...z.shape, 1];
  const mixed = reshape(
    logSumExp(
      concat(
        parts.map((part) => reshape(part, wide)),
        -1,
      ),
    ),
    z.shape,
  );
  // (z − mu)² / σ² is the squared noise
  const own = mul(add(add(square(noise), logVariance), LOG_TAU), -0.5);
  return sumOfRow(sub(own, mixed));
};

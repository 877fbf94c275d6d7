import { describe, expect, test } from 'vitest';
import { checkGradients } from '../training/gradient-check.fixture.ts';
import { gradientsOf } from '../training/gradients.ts';
import { createGraph, type Tensor } from '../training/graph.ts';
import { add } from '../training/operators/arithmetic.ts';
import { sum } from '../training/operators/reductions.ts';
import { softmaxCrossEntropy } from '../training/operators/softmax.ts';
import { createRandom } from '../training/random.ts';
import { openSession } from '../training/session.ts';
import { sizeOf } from '../training/shape.ts';
import { compositeKl, sampleOf, standardKl } from './elbo.ts';
import { decode, encode } from './network.ts';
import { decoderShapes, encoderShapes } from './shape.ts';

const gaussian = (given: readonly Tensor[]) => ({ mu: given[0] as Tensor, logVariance: given[1] as Tensor });

/** Values of outputs at given inputs, float64. */
const evaluate = async (
  shapes: Readonly<Record<string, readonly number[]>>,
  build: (inputs: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>,
  values: Readonly<Record<string, Float64Array>>,
): Promise<Readonly<Record<string, Float64Array>>> => {
  const graph = createGraph('float64');
  const inputs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, graph.input(name, shape)]));
  const program = graph.program(build(inputs));
  const outputs = Object.fromEntries(
    program.outputs.map(({ name, shape }) => [name, new Float64Array(sizeOf(shape))] as const),
  );
  const session = await openSession(program, { threads: 1 });
  await session.bind({ ...values, ...outputs })();
  await session.close();
  return outputs;
};

const mu = Float64Array.of(0, 0.5, -1.2, 2);
const logVariance = Float64Array.of(0, -1, 0.7, 0.2);

describe('KL to the standard normal', () => {
  const shapes = { mu: [4, 1], l: [4, 1] };
  const build = (inputs: Readonly<Record<string, Tensor>>) => {
    const [m, l] = [inputs['mu'] as Tensor, inputs['l'] as Tensor];
    const kl = standardKl({ mu: m, logVariance: l });
    const [dMu, dL] = gradientsOf(sum(kl), [m, l]) as [Tensor, Tensor];
    return { kl, dMu, dL };
  };

  test('is 0 at mu = 0 and l = 0, above 0 elsewhere, with gradients mu and (e^l − 1)/2', async () => {
    const { kl, dMu, dL } = await evaluate(shapes, build, { mu, l: logVariance });
    expect(kl?.[0]).toBe(0);
    mu.forEach((m, at) => {
      const l = logVariance[at] as number;
      if (at > 0) expect(kl?.[at]).toBeGreaterThan(0);
      expect(dMu?.[at]).toBeCloseTo(m, 12);
      expect(dL?.[at]).toBeCloseTo((Math.exp(l) - 1) / 2, 12);
    });
  });

  test('is the mean of log q − log p over samples', async () => {
    const { kl } = await evaluate(shapes, build, { mu, l: logVariance });
    const SAMPLES = 200_000;
    const noise = new Float32Array(SAMPLES);
    createRandom(11, 1).fillNormal(noise);
    mu.forEach((m, at) => {
      const l = logVariance[at] as number;
      const mean = noise.reduce((total, eps) => {
        const z = m + Math.exp(l / 2) * eps;
        return total + (z * z - eps * eps - l) / 2 / SAMPLES;
      }, 0);
      expect(Math.abs(mean - (kl?.[at] as number))).toBeLessThan(0.02);
    });
  });
});

test('KL to the composite prior: its mean over samples is the integral of q log(q/p)', async () => {
  const SAMPLES = 100_000;
  const [m, l, oldMu, oldL] = [0.8, -0.6, -0.3, 0.4];
  const fill = (value: number) => new Float64Array(SAMPLES).fill(value);
  const noise = new Float32Array(SAMPLES);
  createRandom(12, 1).fillNormal(noise);
  const names = ['mu', 'l', 'oldMu', 'oldL', 'noise'] as const;
  const { kl } = await evaluate(
    Object.fromEntries(names.map((name) => [name, [SAMPLES, 1]])),
    (inputs) => {
      const [a, b, c, d, eps] = names.map((name) => inputs[name] as Tensor) as [Tensor, Tensor, Tensor, Tensor, Tensor];
      return { kl: compositeKl({ mu: a, logVariance: b }, { mu: c, logVariance: d }, eps) };
    },
    { mu: fill(m), l: fill(l), oldMu: fill(oldMu), oldL: fill(oldL), noise: Float64Array.from(noise) },
  );
  const density = (z: number, mean: number, variance: number) =>
    Math.exp(-((z - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
  let integral = 0;
  const STEP = 1e-3;
  for (let z = -10; z < 10; z += STEP) {
    const q = density(z, m, Math.exp(l));
    const p = 0.15 * density(z, 0, 1) + 0.75 * density(z, oldMu, Math.exp(oldL)) + 0.1 * density(z, 0, Math.exp(10));
    if (q > 0) integral += STEP * q * Math.log(q / p);
  }
  expect(integral).toBeGreaterThan(0);
  const mean = (kl as Float64Array).reduce((total, value) => total + value / SAMPLES, 0);
  expect(Math.abs(mean - integral)).toBeLessThan(0.01);
});

describe('gradients agree with finite differences', () => {
  const rows = [2, 3];

  test('standard KL', () => checkGradients({ shapes: [rows, rows], build: (given) => standardKl(gaussian(given)) }));

  test('composite KL, through the sample as well', () =>
    checkGradients({
      shapes: [rows, rows, rows, rows, rows],
      build: (given) => compositeKl(gaussian(given), gaussian(given.slice(2)), given[4] as Tensor),
      fixed: [4],
    }));

  test('the whole bound, with respect to every weight and the first layer', () => {
    const shape = { columns: 9, items: 5, hidden: 4, latent: 3, depth: 3 };
    const shapes = { ...encoderShapes(shape), ...decoderShapes(shape) };
    const names = Object.keys(shapes);
    return checkGradients({
      shapes: [...Object.values(shapes), [2, 4], [2, 3], [2, 3], [2, 3], [2, 5]],
      build: (given) => {
        const weights = Object.fromEntries(names.map((name, at) => [name, given[at] as Tensor]));
        const [first, noise, oldMu, oldL, targets] = given.slice(names.length) as [
          Tensor,
          Tensor,
          Tensor,
          Tensor,
          Tensor,
        ];
        const found = encode(first, weights, shape.depth);
        const logits = decode(sampleOf(found, noise), weights);
        const kl = compositeKl(found, { mu: oldMu, logVariance: oldL }, noise);
        return add(softmaxCrossEntropy(logits, targets), kl);
      },
      fixed: [1, 2, 3, 4].map((at) => names.length + at),
    });
  });
});

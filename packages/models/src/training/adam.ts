/**
 * Adam (Kingma and Ba 2015, algorithm 1) over typed arrays that it changes in place:
 * m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − rate · m̂ / (√v̂ + ε), with m̂ = m/(1−β₁ᵗ) and v̂ = v/(1−β₂ᵗ).
 */
import { adamChunk, CHUNK } from './simd/kernels.ts';
import type { State } from './state.ts';

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}
/** The paper's. */
export const adamDefaults: AdamOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

export interface Update {
  readonly rate: number;
  /** Factor of every gradient, from `clipScale`; 1 where absent. */
  readonly scale?: number;
}

export interface Adam {
  /** One step; gradients in the order and sizes of the weights. */
  step(gradients: readonly Float32Array[], update: Update): void;
  readonly state: State;
}

export const createAdam = (weights: readonly Float32Array[], options: Partial<AdamOptions> = {}): Adam => {
  const { beta1, beta2, epsilon } = { ...adamDefaults, ...options };
  const first = weights.map(({ length }) => new Float32Array(length));
  const second = weights.map(({ length }) => new Float32Array(length));
  const steps = new Float64Array(1);
  return {
    state: {
      steps,
      ...Object.fromEntries(first.map((array, at) => [`first.${at}`, array])),
      ...Object.fromEntries(second.map((array, at) => [`second.${at}`, array])),
    },
    step: (gradients, { rate, scale = 1 }) => {
      steps[0] = (steps[0] as number) + 1;
      const factors = stepFactors(steps[0], rate, { beta1, beta2, epsilon });
      weights.forEach((array, at) => {
        const moments = { first: first[at] as Float32Array, second: second[at] as Float32Array };
        updateRange(array, gradients[at] as Float32Array, moments, 0, 0, array.length, scale, factors);
      });
    },
  };
};

export interface StepFactors extends AdamOptions {
  /** rate / (1 − β₁ᵗ). */
  readonly stepSize: number;
  /** 1 / (1 − β₂ᵗ). */
  readonly secondScale: number;
}

export const stepFactors = (step: number, rate: number, options: AdamOptions): StepFactors => ({
  ...options,
  stepSize: rate / (1 - options.beta1 ** step),
  secondScale: 1 / (1 - options.beta2 ** step),
});

/** Fewer numbers than these are done before a kernel has its arrays. */
const FEW = 16;

/** The formula for weights and moments from `start`, gradients from `from`, `length` of them: the hot loop. */
export const updateRange = (
  weights: Float32Array,
  gradients: Float32Array,
  moments: { readonly first: Float32Array; readonly second: Float32Array },
  start: number,
  from: number,
  length: number,
  scale: number,
  factors: StepFactors,
): void => {
  const { first, second } = moments;
  const { beta1, beta2, epsilon, stepSize, secondScale } = factors;
  const [rest1, rest2] = [1 - beta1, 1 - beta2];
  if (length >= FEW) {
    const numbers = { ...factors, scale, rest1, rest2 };
    for (let done = 0; done < length; done += CHUNK) {
      const [at, end] = [start + done, start + Math.min(done + CHUNK, length)];
      const own = gradients.subarray(at - start + from, end - start + from);
      adamChunk(weights.subarray(at, end), first.subarray(at, end), second.subarray(at, end), own, numbers);
    }
    return;
  }
  for (let i = 0; i < length; i += 1) {
    const at = start + i;
    const g = (gradients[from + i] as number) * scale;
    const m = beta1 * (first[at] as number) + rest1 * g;
    const v = beta2 * (second[at] as number) + rest2 * g * g;
    first[at] = m;
    second[at] = v;
    weights[at] = (weights[at] as number) - (stepSize * m) / (Math.sqrt(v * secondScale) + epsilon);
  }
};

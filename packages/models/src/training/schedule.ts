/** Cosine annealing without restarts (Loshchilov and Hutter 2017): `from` at step 0, `to` from step `steps` on. */
export const cosineRate = (step: number, { steps, from, to }: CosineOptions): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * Math.min(1, step / steps)))) / 2;

export interface CosineOptions {
  readonly steps: number;
  readonly from: number;
  readonly to: number;
}

/** From 0 at step 0 to `to` at step `steps` and after, in a line. */
export const linearWarmUp = (step: number, steps: number, to: number): number =>
  steps <= 0 ? to : to * Math.min(1, step / steps);

/**
 * Factor that brings the norm of all gradients taken as one vector down to `maxNorm`, at most 1 (Pascanu et al. 2013).
 * Throws where a gradient is no number, since one NaN would spread to every weight.
 */
export const clipScale = (gradients: readonly Float32Array[], maxNorm: number): number => {
  let squares = 0;
  for (const gradient of gradients)
    for (let at = 0; at < gradient.length; at += 1) squares += (gradient[at] as number) ** 2;
  if (!Number.isFinite(squares)) throw new RangeError('a gradient is not finite: lower the rate or look at the input');
  return Math.min(1, maxNorm / Math.sqrt(squares));
};

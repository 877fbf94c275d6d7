export interface FittedWeights {
  /** [parts], ≥ 0, their sum is 1. */
  readonly weights: readonly number[];
  readonly quality: number;
  /** How many weights were looked at. */
  readonly tried: number;
}

/** How far a weight is moved, ever less. */
const STEPS = [0.2, 0.1, 0.05, 0.02];

/**
 * The weights that make `quality` (higher is better) largest, by coordinate search from the best single part: each weight in turn
 * goes up and down by a step, the others keep their proportions; when no move is better, the step becomes smaller. No
 * gradient, since ranking metrics have none, and no chance: the same function gives the same weights. Throws a RangeError
 * for a quality that is no number.
 */
export const fitWeights = (
  parts: number,
  quality: (weights: readonly number[]) => number,
  steps: readonly number[] = STEPS,
): FittedWeights => {
  let tried = 0;
  const measure = (weights: readonly number[]) => {
    tried += 1;
    const found = quality(weights);
    // it would count as better than all, for ever
    if (Number.isNaN(found)) throw new RangeError(`a quality of NaN with the weights ${weights.join(', ')}`);
    return { weights, quality: found };
  };
  const single = (part: number) => Array.from({ length: parts }, (_, at) => Number(at === part));
  let best = measure(single(0));
  for (let part = 1; part < parts; part += 1) {
    const one = measure(single(part));
    if (one.quality > best.quality) best = one;
  }
  for (const step of steps)
    for (let isBetter = true; isBetter; ) {
      isBetter = false;
      for (let part = 0; part < parts; part += 1)
        for (const change of [step, -step]) {
          const moved = moveWeight(best.weights, part, change);
          const found = moved && measure(moved);
          if (!found || found.quality <= best.quality) continue;
          best = found;
          isBetter = true;
        }
    }
  return { ...best, tried };
};

/** The same sum of 1; undefined where there is nothing to move. */
const moveWeight = (weights: readonly number[], part: number, change: number): number[] | undefined => {
  const old = weights[part] as number;
  const moved = Math.min(1, Math.max(0, old + change));
  const others = 1 - old;
  // with all weight on one part there are no proportions to keep: the others come up by themselves
  if (moved === old || others < 1e-9) return undefined;
  return weights.map((weight, at) => (at === part ? moved : (weight * (1 - moved)) / others));
};

/** A share of some draws, with its interval of 95 %. */
export interface Share {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Standard normal, 97.5 %. */
const Z = 1.959_963_984_540_054;

/** The score interval (Wilson 1927), which has a width at 0 and 1, too. Throws a RangeError without draws. */
export const shareOf = (outcomes: readonly boolean[]): Share => {
  const n = outcomes.length;
  if (n === 0) throw new RangeError('no draws');
  const value = outcomes.filter(Boolean).length / n;
  const middle = value + Z ** 2 / (2 * n);
  const half = Z * Math.sqrt((value * (1 - value)) / n + Z ** 2 / (4 * n ** 2));
  const scale = 1 + Z ** 2 / n;
  return { value, low: Math.max(0, (middle - half) / scale), high: Math.min(1, (middle + half) / scale) };
};

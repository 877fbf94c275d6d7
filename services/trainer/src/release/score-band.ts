/** Whether scores are what they were: a model that has run away shows in them before any user sees it. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

export const spreadOf = (scores: readonly number[]): Spread => {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / scores.length) };
};

/** What is wrong with those after, in words; undefined where nothing is. */
export const compareScores = (
  before: Spread,
  after: Spread,
  bands: { readonly meanShift: number; readonly deviationFactor: number },
): string | undefined => {
  const shift = Math.abs(after.mean - before.mean) / before.deviation;
  if (!(shift <= bands.meanShift))
    return `scores moved by ${shift.toFixed(2)} of their deviations, more than ${bands.meanShift}`;
  const ratio = after.deviation / before.deviation;
  if (!(ratio <= bands.deviationFactor && ratio >= 1 / bands.deviationFactor))
    return `scores spread ${ratio.toFixed(2)} times as wide, beyond a factor of ${bands.deviationFactor}`;
  return undefined;
};

/**
 * Whether a challenger may serve. Invariants: it waits rather than decides on few subjects; it is measured against the
 * anchor (the last full training's champion), not against the champion, so that small losses can't add up; who has
 * learned nothing newer than the champion must be shown superior, for to be no worse is then no reason to change; a claim
 * of superiority spends its share of the day's alpha whether it succeeds or not, so that the day's claims together are
 * false with at most that alpha (Bonferroni over the day's looks).
 */
import { lowerBound, pairedDifferences, resampledMeans } from './paired-bootstrap.ts';

export const gateDefaults = {
  minSubjects: 2000,
  /** Of the anchor's mean that may be lost. */
  margin: 0.02,
  /** One-sided, of non-inferiority and of each baseline; of all claims of superiority in a day together. */
  alpha: 0.05,
  looksPerDay: 24,
  resamples: 10_000,
} as const;

export interface GateEvidence {
  /** [subjects] each, the deciding metric (NDCG@20 on the next cart or purchase), subjects in the same order. */
  readonly challenger: Float64Array;
  readonly anchor: Float64Array;
  readonly champion: Float64Array;
  readonly baselines: Readonly<Record<string, Float64Array>>;
  /** Whether it has learned from behaviour that the champion has not seen: then it is enough not to be inferior. */
  readonly newer: boolean;
  /** Claims of superiority that were looked at earlier in the day. */
  readonly looksToday: number;
  readonly seed: number;
}

export type GateOptions = { readonly [K in keyof typeof gateDefaults]: number };

export interface GateDecision {
  readonly verdict: 'wait' | 'reject' | 'pass';
  /** Whether it may be called better than the champion. */
  readonly superior: boolean;
  /** Of the day's alpha. */
  readonly alphaSpent: number;
  /** A line for each test, in words. */
  readonly reasons: readonly string[];
}

/** Throws a RangeError where the series are not over the same subjects, or where there is no baseline. */
export const decideGate = (
  { challenger, anchor, champion, baselines, newer, looksToday, seed }: GateEvidence,
  options: GateOptions = gateDefaults,
): GateDecision => {
  const { minSubjects, margin, alpha, looksPerDay, resamples } = options;
  const rivals = Object.entries(baselines);
  if (rivals.length === 0) throw new RangeError('no baseline to be beaten');
  const subjects = challenger.length;
  if (subjects < minSubjects)
    return {
      verdict: 'wait',
      superior: false,
      alphaSpent: 0,
      reasons: [`waits: ${subjects} subjects of ${minSubjects}`],
    };
  const boundOver = (other: Float64Array, level: number, share = 1): number =>
    lowerBound(resampledMeans(pairedDifferences(challenger, other, share), { seed, resamples }), level);

  // of challenger − (1 − margin) · anchor, so that the anchor's own chance is in the bound
  const spare = boundOver(anchor, alpha, 1 - margin);
  const nonInferior = spare > 0;
  const beaten = rivals.map(([name, figures]) => ({ name, bound: boundOver(figures, alpha) }));
  const levelOfClaim = looksToday < looksPerDay ? alpha / looksPerDay : 0;
  const gain = levelOfClaim > 0 ? boundOver(champion, levelOfClaim) : -Infinity;
  const sound = nonInferior && beaten.every(({ bound }) => bound > 0);
  const superior = sound && gain > 0;
  return {
    verdict: superior || (sound && newer) ? 'pass' : 'reject',
    superior,
    alphaSpent: levelOfClaim,
    reasons: [
      `${nonInferior ? 'not inferior' : 'inferior'} to the anchor: at least ${signed(spare)} above ${percent(1 - margin)} of it (alpha ${alpha})`,
      ...beaten.map(({ name, bound }) =>
        bound > 0 ? `beats ${name} by at least ${signed(bound)}` : `does not beat ${name}: at least ${signed(bound)}`,
      ),
      levelOfClaim === 0
        ? `no claim against the champion: ${looksToday} looks have spent the day's alpha`
        : `${gain > 0 ? 'better' : 'not shown to be better'} than the champion: at least ${signed(gain)} (alpha ${levelOfClaim.toPrecision(2)})`,
      ...(newer ? [] : ['has learned nothing newer than the champion: only a superior one passes']),
    ],
  };
};

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(5)}`;
const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;

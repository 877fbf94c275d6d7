/** The gate's decision on what was measured, in words and figures. */

import type { Measured } from '@nextcart/clickhouse';
import type { ReleasePayload } from '@nextcart/contracts';
import { comparePaired, decideGate, type GateDecision, type GateEvidence, type LogRange } from '@nextcart/models';
import { nextPositions } from '../log-ranges.ts';
import type { Evaluation } from './evaluate.ts';
import type { GateSettings } from './gate-settings.ts';
import { K } from './measuring-task.ts';

export interface Judgement extends GateDecision {
  readonly metrics: Readonly<Record<string, Measured>>;
}

export const metricName = (of: string): string => `NDCG@${K} ${of}`;
export const GAIN = `NDCG@${K} candidate − champion`;

/** Figures of whom the gate compares. */
export type Compared = Pick<Evaluation, 'candidate' | 'champion' | 'anchor' | 'baselines'>;
export type JudgedCase = Pick<GateEvidence, 'newer' | 'looksToday' | 'seed'>;

export const decide = (
  { candidate, champion, anchor, baselines }: Compared,
  { minSubjects, margin, alpha, looksPerDay, resamples }: GateSettings,
  case_: JudgedCase,
): GateDecision => {
  const rivals = Object.fromEntries(Object.entries(baselines).map(([name, { all }]) => [name, all]));
  const evidence = { challenger: candidate.all, champion: champion.all, anchor: anchor.all, baselines: rivals };
  return decideGate({ ...evidence, ...case_ }, { minSubjects, margin, alpha, looksPerDay, resamples });
};

export const judge = (compared: Compared, gate: GateSettings, case_: JudgedCase): Judgement => {
  const { candidate, champion, anchor, baselines } = compared;
  const decision = decide(compared, gate, case_);
  const options = { seed: case_.seed, resamples: gate.resamples };
  const metrics: Record<string, Measured> = {};
  const tell = (name: string, figures: Float64Array) => {
    if (figures.length > 0) metrics[name] = intervalOf(figures, options);
  };
  for (const [name, { all, fresh }] of Object.entries({ candidate, champion, anchor, ...baselines })) {
    tell(metricName(name), all);
    tell(`${metricName(name)}, items new to the subject`, fresh.filter(Number.isFinite));
  }
  tell(
    GAIN,
    candidate.all.map((own, subject) => own - (champion.all[subject] as number)),
  );
  return { ...decision, metrics };
};

const intervalOf = (figures: Float64Array, options: { seed: number; resamples: number }): Measured => {
  const { mean, low, high } = comparePaired(figures, new Float64Array(figures.length), options);
  return { value: mean, low, high };
};

/** Whether a candidate has learned from behaviour that the champion has not seen. `trainedOn`: of the champion. */
export const isNewer = ({ topicId, ranges }: ReleasePayload, trainedOn: readonly LogRange[] | undefined): boolean => {
  const next = nextPositions(trainedOn ?? [], topicId);
  return ranges.some(({ partition, from, to }) => from < to && to > (next.get(partition) ?? 0));
};

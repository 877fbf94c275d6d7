/** The gate's decision on what was measured, in words and figures. */

import type { Measured } from '@nextcart/clickhouse';
import { measureName, type ReleasePayload } from '@nextcart/contracts';
import { decideGate, type GateDecision, type GateEvidence, type LogRange } from '@nextcart/models';
import { nextPositions } from '../log-ranges.ts';
import type { Evaluation } from './evaluate.ts';
import type { GateSettings } from './gate-settings.ts';
import { bestOf, gainsOf, intervalOf, tellFigures } from './tell-figures.ts';

export interface Judgement extends GateDecision {
  readonly metrics: Readonly<Record<string, Measured>>;
}

export const GAIN = measureName({ measure: 'NDCG@20', contender: 'candidate − champion' });

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

export const judge = async (compared: Compared, gate: GateSettings, case_: JudgedCase): Promise<Judgement> => {
  const { candidate, champion, anchor, baselines } = compared;
  const options = { seed: case_.seed, resamples: gate.resamples };
  const some = ['candidate', 'champion', bestOf(baselines)];
  const metrics = await tellFigures({ candidate, champion, anchor, ...baselines }, some, options);
  const gains = gainsOf(candidate, champion);
  if (gains.length > 0) metrics[GAIN] = intervalOf(gains, options);
  return { ...decide(compared, gate, case_), metrics };
};

/** Whether a candidate has learned from behaviour that the champion has not seen. `trainedOn`: of the champion. */
export const isNewer = ({ topicId, ranges }: ReleasePayload, trainedOn: readonly LogRange[] | undefined): boolean => {
  const next = nextPositions(trainedOn ?? [], topicId);
  return ranges.some(({ partition, from, to }) => from < to && to > (next.get(partition) ?? 0));
};

/** The loop in a few lines: what is learned, what the gate said last, and what lists with models bring beside lists without. */
import type { ArmReport, CycleRun } from '@nextcart/clickhouse';
import { integer, paint } from '../print.ts';
import { intervalOf } from './render-measures.ts';
import { CANDIDATE, GAIN } from './render-models.ts';

export interface LoopState {
  /** In words; undefined where nothing is being learned. */
  readonly training: string | undefined;
  /** The newest decision; null before the first. */
  readonly run: CycleRun | null;
  /** Partitions that rank by its release. */
  readonly partitions: number;
  /** Since there are models; undefined where no subject is held out. */
  readonly arms: ArmReport | undefined;
}

export const renderLoop = ({ training, run, partitions, arms }: LoopState): string[] => [
  ...(training === undefined ? [] : [`learning: ${training}`]),
  ...(run === null ? [] : [decisionText(run, partitions)]),
  ...(arms === undefined ? [] : armsText(arms)),
];

const VERDICTS = {
  pass: paint('green', 'passed the gate'),
  reject: paint('yellow', 'was kept back'),
  wait: 'waits for more buyers',
} as const;

const decisionText = ({ release, verdict, metrics, champion, reasons }: CycleRun, partitions: number): string => {
  const [candidate, gain] = [metrics[CANDIDATE], metrics[GAIN]];
  const measured = candidate ? [`NDCG@20 ${candidate.value.toFixed(4)}`] : [];
  const than = champion === '' ? 'lists without models' : champion;
  const gained = gain ? [`${intervalOf(gain)} over ${than}`] : [];
  const taken = partitions > 0 ? [`${partitions} partition${partitions === 1 ? '' : 's'} rank by it`] : [];
  const why = verdict === 'pass' ? [] : reasons.slice(0, 1);
  return `${release} ${VERDICTS[verdict]}: ${[...measured, ...gained, ...taken, ...why].join('; ')}`;
};

const percent = (share: number): string =>
  `${share > 0 ? '+' : share < 0 ? '−' : ''}${Math.abs(100 * share).toFixed(0)} %`;

/** Nobody can say much of a few buyers: the interval does. */
const armsText = ({ arms, purchases }: ArmReport): string[] => {
  const [models, base] = (['models', 'base'] as const).map((arm) => arms.find((one) => one.arm === arm));
  if (!models?.purchasesPerSubject || !base?.purchasesPerSubject) return [];
  const of = ({ purchasesPerSubject, subjects }: typeof models, who: string) =>
    `${purchasesPerSubject?.value.toFixed(3)} ${who} (${integer(subjects)})`;
  const lift = purchases?.lift;
  const known = lift && lift.low !== null && lift.high !== null;
  const compared = known ? `: ${percent(lift.value)} (95 % ${percent(lift.low)} to ${percent(lift.high)})` : '';
  return [`lines bought a subject: ${of(models, 'with models')}, ${of(base, 'held out')}${compared}`];
};

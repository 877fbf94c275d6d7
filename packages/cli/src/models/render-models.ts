import type { Measured } from '@nextcart/clickhouse';
import type { LogSlice, ReleaseRecordKind } from '@nextcart/contracts';
import { integer, paint, table } from '../print.ts';
import { percent } from './interleave-releases.ts';
import type { ModelLine } from './list-models.ts';

export const CANDIDATE = 'NDCG@20 candidate';
export const GAIN = 'NDCG@20 candidate − champion';

export const renderModels = (lines: readonly ModelLine[]): string[] => {
  if (lines.length === 0)
    return ['no models yet: the first come when there is enough behaviour (see: nextcart models train)'];
  const rows = lines.map((line) => {
    const { metrics } = line.run ?? {};
    return [
      line.release,
      timeOf(line.at),
      line.run?.mode ?? '',
      stateOf(line),
      metrics?.[CANDIDATE] ? metrics[CANDIDATE].value.toFixed(4) : '',
      metrics?.[GAIN] ? intervalOf(metrics[GAIN]) : '',
      line.run ? integer(line.run.events) : '',
      line.artifact ?? '',
    ];
  });
  const headings = ['release', 'decided', 'mode', 'state', 'NDCG@20', 'gain over the champion', 'events', 'artifact'];
  const serving = lines.find(({ inForce }) => inForce);
  const beside = lines.find(({ interleavedShare }) => interleavedShare > 0);
  return [
    table(headings, rows),
    '',
    serving ? `in force: ${serving.release}` : 'in force: none, lists are made without models',
    ...(beside ? [renderInterleaved(beside)] : []),
  ];
};

const renderInterleaved = ({ release, interleavedShare }: ModelLine): string =>
  `interleaved with it: ${release}, for ${percent(interleavedShare)} of the subjects; which is preferred: nextcart attribution`;

/** All that is known of one. */
export const renderModel = (line: ModelLine): string[] => {
  const { run, records } = line;
  const out = [`${paint('bold', line.release)}  ${stateOf(line)}`, `decided ${timeOf(line.at)}`];
  const told = records.findLast(({ artifactUri }) => artifactUri !== null);
  if (told) out.push(`artifact ${told.artifactUri ?? ''} (${line.artifact ?? ''}), hash ${told.artifactHash ?? ''}`);
  if (run) {
    out.push(
      `${run.mode} training on ${integer(run.events)} events: ${rangesOf(run.ranges)}; measured over ${rangesOf(run.slice)}`,
      `${integer(run.subjects)} subjects, ${integer(run.requests)} requests, ${integer(run.leftOut)} left out without a history`,
      `champion ${run.champion || 'none'}, anchor ${run.anchor || 'none'}${run.refitted ? '; learned the slice too' : ''}`,
      '',
      table(
        ['measure', 'value', '95 %'],
        Object.entries(run.metrics).map(([name, figure]) => [name, figure.value.toFixed(4), intervalOf(figure)]),
      ),
      '',
      `losses: ${figuresOf(run.losses)}`,
      `weights: ${figuresOf(run.weights)}`,
      `coverage of the catalogue: ${(100 * run.coverage).toFixed(1)} %`,
      `seconds: ${figuresOf(run.seconds)}`,
    );
  }
  const words = run?.reasons ?? records.find(({ decision }) => decision !== null)?.decision?.split('\n') ?? [];
  out.push('', ...words.map((word) => `  ${word}`));
  if (records.length > 0)
    out.push('', table(['at', 'what', 'partition', 'from offset', 'why'], records.map(recordRow)));
  return out;
};

const SAID_BY_SOMEBODY: readonly ReleaseRecordKind[] = ['rolled_back', 'promoted', 'interleaved'];

const recordRow = ({ at, kind, partition, fromOffset, decision }: ModelLine['records'][number]): string[] => [
  timeOf(at),
  kind,
  partition === null ? '' : String(partition),
  fromOffset === null ? '' : integer(fromOffset),
  SAID_BY_SOMEBODY.includes(kind) ? (decision ?? '') : '',
];

const stateOf = ({ inForce, interleavedShare, rolledBack, verdict, records }: ModelLine): string => {
  if (inForce) return paint('green', 'in force');
  if (interleavedShare > 0) return paint('green', 'interleaved');
  if (rolledBack) return paint('yellow', 'rolled back');
  if (verdict === 'wait') return 'too few subjects';
  if (verdict === 'reject' || records.some(({ kind }) => kind === 'rejected')) return paint('red', 'rejected');
  return 'released before';
};

export const timeOf = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
export const intervalOf = ({ low, high }: Measured): string => `${signed(low)} … ${signed(high)}`;
const rangesOf = (ranges: readonly LogSlice[]): string =>
  ranges
    .filter(({ from, to }) => from < to)
    .map(({ partition, from, to }) => `${partition}:${from}-${to - 1}`)
    .join(' ') || 'nothing';
const figuresOf = (figures: Readonly<Record<string, number>>): string =>
  Object.entries(figures)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
    .join(', ') || 'none';

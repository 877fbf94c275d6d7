import { isCycle, type ModelRun } from '@nextcart/clickhouse';
import { type LogSlice, measureName, type ReleaseRecordKind } from '@nextcart/contracts';
import { integer, paint, table } from '../print.ts';
import { percent } from './interleave-releases.ts';
import type { ModelLine } from './list-models.ts';
import { intervalOf, renderMeasures } from './render-measures.ts';

export const CANDIDATE = measureName({ measure: 'NDCG@20', contender: 'candidate' });
const CHAMPION = measureName({ measure: 'NDCG@20', contender: 'champion' });
export const GAIN = measureName({ measure: 'NDCG@20', contender: 'candidate − champion' });

export const renderModels = (lines: readonly ModelLine[]): string[] => {
  if (lines.length === 0)
    return ['no models yet: the first come when there is enough behaviour (see: nextcart models train)'];
  const rows = lines.map((line) => {
    const { metrics = {} } = line.run ?? {};
    // of what serves, measured by itself, the figure is the champion's
    const [own, gain] = [metrics[CANDIDATE] ?? metrics[CHAMPION], metrics[GAIN]];
    return [
      line.release,
      timeOf(line.at),
      line.run?.mode ?? '',
      stateOf(line),
      own ? own.value.toFixed(4) : '',
      gain ? intervalOf(gain) : '',
      line.run ? integer(line.run.events) : '',
      line.artifact?.split(':', 1)[0] ?? '',
    ];
  });
  const headings = ['release', 'decided', 'mode', 'state', 'NDCG@20', 'gain over the champion', 'events', 'artifact'];
  const serving = lines.find(({ inForce }) => inForce);
  const beside = lines.find(({ interleavedShare }) => interleavedShare > 0);
  return [
    table(headings, rows),
    '',
    ...new Set(lines.flatMap(({ artifact }) => (artifact?.startsWith('unknown') ? [`artifacts ${artifact}`] : []))),
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
      ...whatOf(run),
      `${integer(run.subjects)} subjects, ${integer(run.requests)} requests, ${integer(run.leftOut)} left out (asked before, or nothing known of who asks)`,
      '',
      ...renderMeasures(run.metrics),
      '',
      ...(isCycle(run) ? [`losses: ${figuresOf(run.losses)}`] : []),
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

const whatOf = (run: ModelRun): string[] => {
  const measured = `measured over ${rangesOf(run.slice)}`;
  const champion = run.champion || 'none';
  if (!isCycle(run)) return [`what serves, ${measured}`, `release in force then: ${champion}`];
  return [
    `${run.mode} training on ${integer(run.events)} events: ${rangesOf(run.ranges)}${newestOf(run)}; ${measured}`,
    `champion ${champion}, anchor ${run.anchor || 'none'}${run.refitted ? '; learned the slice too' : ''}`,
  ];
};

/** Of a full training that memory had no room for more of. */
const newestOf = ({ mode, ranges }: ModelRun): string => {
  const [learned, all] = [
    ranges.reduce((sum, { from, to }) => sum + to - from, 0),
    ranges.reduce((sum, { to }) => sum + to, 0),
  ];
  return mode === 'full' && learned < all ? `, the newest ${percent(learned / all)} of the log until then` : '';
};

const SAID_BY_SOMEBODY: readonly ReleaseRecordKind[] = ['rolled_back', 'promoted', 'interleaved'];

const recordRow = ({ at, kind, partition, fromOffset, decision }: ModelLine['records'][number]): string[] => [
  timeOf(at),
  kind,
  partition === null ? '' : String(partition),
  fromOffset === null ? '' : integer(fromOffset),
  SAID_BY_SOMEBODY.includes(kind) ? (decision ?? '') : '',
];

const stateOf = ({ inForce, interleavedShare, rolledBack, verdict, records, run }: ModelLine): string => {
  if (verdict === 'measured') return `measures ${run?.champion || 'lists without models'}`;
  if (inForce) return paint('green', 'in force');
  if (interleavedShare > 0) return paint('green', 'interleaved');
  if (rolledBack) return paint('yellow', 'rolled back');
  if (verdict === 'wait') return 'too few subjects';
  // else what is rejected writes none
  if (verdict === 'reject' && run?.artifactUri) return 'trained again';
  if (verdict === 'reject' || records.some(({ kind }) => kind === 'rejected')) return paint('red', 'rejected');
  return 'released before';
};

export const timeOf = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
const rangesOf = (ranges: readonly LogSlice[]): string =>
  ranges
    .filter(({ from, to }) => from < to)
    .map(({ partition, from, to }) => `${partition}:${from}-${to - 1}`)
    .join(' ') || 'nothing';
const figuresOf = (figures: Readonly<Record<string, number>>): string =>
  Object.entries(figures)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
    .join(', ') || 'none';

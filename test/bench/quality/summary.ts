/** One table out of the runs of several seeds. */
import { bootstrapInterval, type Interval, meanOf, pairedInterval } from './intervals.ts';
import type { QualityRow, QualityRun } from './quality-bench.ts';

export interface SummaryRow {
  readonly name: string;
  readonly kind: QualityRow['kind'];
  readonly settings: string;
  readonly seconds?: number;
  readonly figures: Readonly<Record<string, Figure>>;
}

export interface Figure extends Interval {
  /** Over subjects and seeds; the interval is that of the subjects' means over the seeds, by clusters where there are some. */
  readonly mean: number;
  /** The mean of each seed. */
  readonly seeds: readonly number[];
}

/** Rows in the order of the first run; every run has the same rows and subjects. Seconds are those of all seeds. */
export const summarize = (runs: readonly QualityRun[]): SummaryRow[] => {
  const [first] = runs;
  if (first === undefined) throw new RangeError('no runs');
  return first.rows.map((row) => {
    const same = runs.map((run) => rowNamed(run, row.name));
    const seconds = same.reduce((sum, { seconds: spent = 0 }) => sum + spent, 0);
    const figures = Object.keys(row.subjects).map((metric): [string, Figure] => {
      const bySeed = same.map(({ subjects }) => subjects[metric] as Float64Array);
      const subjects = averageOf(bySeed);
      return [
        metric,
        {
          mean: meanOf(subjects),
          ...bootstrapInterval(subjects, resamplingOf(first, metric)),
          seeds: bySeed.map(meanOf),
        },
      ];
    });
    return {
      name: row.name,
      kind: row.kind,
      settings: settingsOf(same),
      ...(row.seconds !== undefined && { seconds }),
      figures: Object.fromEntries(figures),
    };
  });
};

export interface Gain extends Interval {
  readonly fusion: string;
  readonly other: string;
  readonly metric: string;
  readonly mean: number;
}

/** What describes lists without making them better: nobody wins by it. */
const NO_AIM = /^(coverage|novelty)@/;

/** Each fusion against the best other row, metric by metric, paired by subject. */
export const gainsOf = (runs: readonly QualityRun[]): Gain[] => {
  const subjectsOf = (name: string, metric: string) =>
    averageOf(runs.map((run) => rowNamed(run, name).subjects[metric] as Float64Array));
  const [first] = runs;
  const rows = first?.rows ?? [];
  return rows
    .filter(({ kind }) => kind === 'fusion')
    .flatMap((fusion) =>
      Object.keys(fusion.subjects).flatMap((metric) => {
        if (NO_AIM.test(metric)) return [];
        const own = subjectsOf(fusion.name, metric);
        const others = rows
          .filter((row) => row.kind !== 'fusion' && row.subjects[metric] !== undefined)
          .map(({ name }) => ({ name, subjects: subjectsOf(name, metric) }))
          .sort((a, b) => meanOf(b.subjects) - meanOf(a.subjects));
        const [best] = others;
        if (best === undefined) return [];
        return [
          {
            fusion: fusion.name,
            other: best.name,
            metric,
            ...pairedInterval(own, best.subjects, resamplingOf(first, metric)),
          },
        ];
      }),
    );
};

const resamplingOf = (run: QualityRun | undefined, metric: string) => ({ clusters: run?.clusters?.of[metric] });

/** One text where all seeds chose alike, else each seed's own. */
const settingsOf = (rows: readonly QualityRow[]): string => {
  const all = rows.map(({ settings }) => settings);
  return new Set(all).size === 1 ? (all[0] as string) : all.map((one, at) => `seed ${at + 1}: ${one}`).join('; ');
};

const rowNamed = (run: QualityRun, name: string): QualityRow => {
  const row = run.rows.find((one) => one.name === name);
  if (row === undefined) throw new Error(`a seed without the row ${name}`);
  return row;
};

const averageOf = (runs: readonly Float64Array[]): Float64Array =>
  (runs[0] as Float64Array).map((_, at) => meanOf(runs.map((values) => values[at] as number)));

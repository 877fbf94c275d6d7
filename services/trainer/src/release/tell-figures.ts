/** Figures of contenders as rows and records have them, with intervals: contracts' `listMeasures` by `measureName`. */
import { setImmediate } from 'node:timers/promises';
import type { Measured } from '@nextcart/clickhouse';
import { type ListMeasure, measureName, type RequestSlice } from '@nextcart/contracts';
import { comparePaired } from '@nextcart/models';
import type { FigureName } from './list-figures.ts';
import type { Figures } from './measure.ts';

export interface Resampling {
  readonly seed: number;
  readonly resamples: number;
}

/** For a figure that nothing is decided by, 25 beyond each end are enough; the time of each is that of the subjects. */
const LOOKED_AT_RESAMPLES = 1000;

/** Of everybody. */
const told: readonly [FigureName, ListMeasure, RequestSlice?][] = [
  ['all', 'NDCG@20'],
  ['fresh', 'NDCG@20', 'items new to the subject'],
];
/** Of some, beside those. */
const lookedAt: readonly [FigureName, ListMeasure, RequestSlice?][] = [
  ['cold', 'NDCG@20', 'cold subjects'],
  ['warm', 'NDCG@20', 'warm subjects'],
  ['recall', 'recall@20'],
  ['reciprocalRank', 'MRR@20'],
  ['revenue', 'revenue@20'],
  ['novelty', 'novelty@20'],
];

/** `some`: whose other measures are told beside NDCG. A figure that nobody has is not there. */
export const tellFigures = async (
  contenders: Readonly<Record<string, Figures>>,
  some: readonly string[],
  { seed, resamples }: Resampling,
): Promise<Record<string, Measured>> => {
  const metrics: Record<string, Measured> = {};
  for (const [contender, figures] of Object.entries(contenders)) {
    await setImmediate(); // of 4,000 subjects a contender takes a third of a second: a lock must be renewed all the same
    const tell = (names: typeof told, resampled: number) => {
      for (const [name, measure, slice] of names) {
        const known = figures[name].filter(Number.isFinite);
        const full = measureName({ measure, contender, ...(slice && { slice }) });
        if (known.length > 0) metrics[full] = intervalOf(known, { seed, resamples: resampled });
      }
    };
    tell(told, resamples);
    if (!some.includes(contender)) continue;
    tell(lookedAt, Math.min(resamples, LOOKED_AT_RESAMPLES));
    // of all lists together: there is nothing to resample
    const { coverage } = figures;
    metrics[measureName({ measure: 'coverage@20', contender })] = { value: coverage, low: coverage, high: coverage };
  }
  return metrics;
};

/** NDCG of one less that of another, subject by subject. */
export const gainsOf = (one: Figures, other: Figures): Float64Array =>
  one.all.map((own, subject) => own - (other.all[subject] as number));

/** Of values [subjects], at least one, the mean and its interval of 95 % by resampling subjects. */
export const intervalOf = (values: Float64Array, options: Resampling): Measured => {
  const { mean, low, high } = comparePaired(values, new Float64Array(values.length), options);
  return { value: mean, low, high };
};

/** Name of the contender with the best mean NDCG. */
export const bestOf = (contenders: Readonly<Record<string, Figures>>): string => {
  const meanOf = ({ all }: Figures) => all.reduce((sum, value) => sum + value, 0) / all.length;
  const [best] = Object.entries(contenders).toSorted(([, a], [, b]) => meanOf(b) - meanOf(a));
  return best?.[0] ?? '';
};

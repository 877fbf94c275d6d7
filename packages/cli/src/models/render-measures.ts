/** Figures of lists: those that decide one below the other, those that are looked at by who ranked. */
import type { Measured } from '@nextcart/clickhouse';
import { listMeasures, measureName, type NamedMeasure, parseMeasureName, requestSlices } from '@nextcart/contracts';
import { table } from '../print.ts';

type Metrics = Readonly<Record<string, Measured>>;

export const renderMeasures = (metrics: Metrics): string[] => {
  const named = Object.keys(metrics).flatMap((name) => parseMeasureName(name) ?? []);
  const decide = Object.entries(metrics).filter(([name]) => !isLookedAt(parseMeasureName(name)));
  const figures = decide.map(([name, figure]) => [name, figure.value.toFixed(4), intervalOf(figure)]);
  const definitions = new Map(named.map((one) => [whatOf(one), definitionOf(one)]));
  return [
    ...(figures.length > 0 ? [table(['measure', 'value', '95 %'], figures)] : []),
    ...renderLookedAt(metrics, named.filter(isLookedAt)),
    '',
    ...[...definitions].map(([what, definition]) => `  ${what}: ${definition}`),
  ];
};

/** What only some have: other measures, and requests by how much was known. */
const isLookedAt = (named: NamedMeasure | null): boolean =>
  named !== null && (named.measure !== 'NDCG@20' || named.slice === 'cold subjects' || named.slice === 'warm subjects');

const renderLookedAt = (metrics: Metrics, named: readonly NamedMeasure[]): string[] => {
  if (named.length === 0) return [];
  const contenders = [...new Set(named.map(({ contender }) => contender))];
  const rows = [...new Map(named.map((one) => [whatOf(one), one]))].map(([what, one]) => [
    what,
    ...contenders.map((contender) => {
      const figure = metrics[measureName({ ...one, contender })];
      return figure === undefined ? '' : withInterval(figure);
    }),
  ]);
  return ['', 'looked at beside it, and nothing is decided by it:', table(['measure', ...contenders], rows)];
};

const definitionOf = ({ measure, slice }: NamedMeasure): string =>
  slice === undefined ? listMeasures[measure] : `${measure} ${requestSlices[slice]}`;

const whatOf = ({ measure, slice }: NamedMeasure): string => (slice === undefined ? measure : `${measure}, ${slice}`);

const withInterval = ({ value, low, high }: Measured): string =>
  low === high ? value.toPrecision(4) : `${value.toPrecision(4)} (${low.toPrecision(4)} … ${high.toPrecision(4)})`;

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
export const intervalOf = ({ low, high }: Measured): string => `${signed(low)} … ${signed(high)}`;

/** What lists led to, as people read it and as JSON. */
import type {
  ArmComparison,
  ArmReport,
  Attribution,
  AttributionRow,
  AttributionSplit,
  ExploredRow,
  InterleavingTally,
  Interval,
} from '@nextcart/clickhouse';
import { formatMoney } from '@nextcart/contracts';
import { integer, paint, table } from './print.ts';

/** `rate`, `low`, `high`: of wins of the first release, a confidence sequence. */
export type InterleavingResult = InterleavingTally & {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
};

const NONE = '–';
const percent = (share: number): string => `${(share * 100).toFixed(2)}%`;
const money = (units: number): string => units.toFixed(2);
const signed = (show: (value: number) => string) => (value: number) => `${value > 0 ? '+' : ''}${show(value)}`;

const range = (interval: Interval | null, show: (value: number) => string): string =>
  interval === null || interval.low === null || interval.high === null
    ? NONE
    : `${show(interval.low)} to ${show(interval.high)}`;
const both = (interval: Interval | null, show: (value: number) => string): [string, string] => [
  interval === null ? NONE : show(interval.value),
  range(interval, show),
];

const HEADINGS: Readonly<Record<AttributionSplit, string>> = {
  release: 'release',
  source: 'source',
  position: 'place',
  list: 'list of',
};
const FIGURES = [
  'subjects',
  'shown',
  'clicks',
  'CTR',
  '95 %',
  'carts',
  'lines',
  'conversion',
  '95 %',
  'revenue',
  'a 1,000',
  '95 %',
];

const cells = (row: AttributionRow): string[] => [
  row.key,
  ...[row.subjects, row.impressions, row.clicks].map(integer),
  ...both(row.ctr, percent),
  ...[row.carts, row.purchases].map(integer),
  ...both(row.conversion, percent),
  formatMoney(row.net),
  ...both(row.revenuePerMille, money),
];

export const renderAttribution = (found: Attribution, splits: readonly AttributionSplit[]): string[] => {
  const { 'not listed': notListed, 'other subject': otherSubject } = found.leftOut;
  const lines = splits.flatMap((split) => {
    const rows = found.by[split];
    return rows.length === 0 ? [] : [table([HEADINGS[split], ...FIGURES], rows.map(cells)), ''];
  });
  if (lines.length === 0) lines.push('nothing in this range names a list that is known', '');
  if (notListed > 0)
    lines.push(paint('dim', `left out: ${integer(notListed)} that name no known list, or an item that is not on it`));
  if (otherSubject > 0) lines.push(paint('dim', `left out: ${integer(otherSubject)} that name another subject's list`));
  return lines;
};

const comparison = (what: string, found: ArmComparison | null, show: (value: number) => string): string[] =>
  found === null
    ? []
    : [
        `${what} a subject, models less base: ${both(found.difference, signed(show)).join(', 95 % ')}`,
        ...(found.lift === null ? [] : [`  lift ${both(found.lift, signed(percent)).join(', 95 % ')}`]),
      ];

export const renderArms = ({ arms, purchases, revenue }: ArmReport): string[] => [
  '',
  table(
    ['arm', 'subjects', 'lines', 'a subject', '95 %', 'revenue', 'a subject', '95 %'],
    arms.map((row) => [
      row.arm,
      ...[row.subjects, row.purchases].map(integer),
      ...both(row.purchasesPerSubject, (value) => value.toFixed(4)),
      formatMoney(row.net),
      ...both(row.revenuePerSubject, money),
    ]),
  ),
  ...comparison('lines', purchases, (value) => value.toFixed(4)),
  ...comparison('revenue', revenue, money),
  ...(purchases === null ? [paint('yellow', 'one arm is empty: nothing to compare')] : []),
];

export const renderExplored = (found: ExploredRow | null): string[] =>
  found === null
    ? []
    : [
        '',
        `explored places: ${integer(found.impressions)} shown to ${integer(found.subjects)} subjects, ${integer(found.clicks)} clicks, CTR ${both(found.ctr, percent).join(', 95 % ')}`,
        `  of all that might have been drawn, by inverse propensity: CTR ${both(found.weightedCtr, percent).join(', 95 % ')}`,
      ];

export const renderInterleaving = (results: readonly InterleavingResult[]): string[] =>
  results.flatMap(({ releases: [a, b], wins, losses, ties, rate, low, high }) => [
    '',
    `interleaved: ${a} against ${b}: ${integer(wins)} wins, ${integer(losses)} losses, ${integer(ties)} ties`,
    Number.isNaN(rate)
      ? '  no outcome yet'
      : `  ${a} wins ${percent(rate)}, always-valid 95 % ${percent(low)} to ${percent(high)}: ${low > 0.5 ? `${a} is preferred` : high < 0.5 ? `${b} is preferred` : 'undecided'}`,
  ]);

/** Money as decimal text, times as ISO; NaN as null. */
export const toJson = (
  found: { readonly since: number; readonly until: number } & Readonly<Record<string, unknown>>,
): string =>
  JSON.stringify(
    { ...found, since: new Date(found.since).toISOString(), until: new Date(found.until).toISOString() },
    (_, value: unknown) => (typeof value === 'bigint' ? formatMoney(value) : value),
    2,
  );

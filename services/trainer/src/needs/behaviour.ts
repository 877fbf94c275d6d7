/** How subjects behave, as columns of figures; how these are distributed, and what goes with what. */
import type { CorrelationRow, DistributionRow, NeedRow, SubjectFeatures } from '@nextcart/clickhouse';
import { type BehaviourColumn, distributionTable, hashToken, spearman } from '@nextcart/models';
import type { ActiveLatents } from './tell-needs.ts';

/**
 * Behaviour is looked at of so many subjects, those of the lowest hashes: a correlation's interval is ±.02 then, enough
 * to tell what stands out, and all pairs of all subjects would take a minute.
 */
const SAMPLED_SUBJECTS = 10_000;

const DAY_MS = 86_400_000;
const EVENING = 18;
const SATURDAY = 5;

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** By name; null where it is not known of a subject. */
const figures: Readonly<Record<string, (subject: SubjectFeatures) => number | null>> = {
  searches: ({ counts }) => counts['search'] ?? 0,
  views: ({ counts }) => (counts['view'] ?? 0) + (counts['click'] ?? 0),
  carts: ({ counts }) => counts['cart'] ?? 0,
  purchases: ({ counts }) => counts['purchase'] ?? 0,
  'events a day': ({ eventsPerDay }) => eventsPerDay,
  'active days': ({ daysActive }) => daysActive,
  'days between active days': ({ gapDays }) => gapDays,
  'days since the last event': ({ recencyMs }) => recencyMs / DAY_MS,
  'carts per view': ({ cartRate }) => cartRate,
  'purchases per view': ({ purchaseRate }) => purchaseRate,
  'returns per purchase': ({ returnRate }) => returnRate,
  'basket value': ({ basketValue }) => basketValue,
  spend: ({ spend }) => spend,
  'spend, last 30 days less those before': ({ spendTrend }) => spendTrend,
  'decile of prices paid': ({ amountDecile }) => amountDecile,
  'discount against usual prices': ({ discount }) => discount,
  'share of events after 18:00 UTC': ({ hours }) => sumOf(hours.slice(EVENING)) / sumOf(hours),
  'share of events on Saturday and Sunday, UTC': ({ weekdays }) => sumOf(weekdays.slice(SATURDAY)) / sumOf(weekdays),
};

/** [subjects] each; NaN where a figure is not known, and all of a subject without features. */
export const behaviourColumns = (
  subjects: readonly string[],
  features: readonly SubjectFeatures[],
): readonly BehaviourColumn[] => {
  const found = new Map(features.map((own) => [own.subject, own]));
  return Object.entries(figures).map(([name, figure]) => ({
    name,
    values: Float64Array.from(subjects, (subject) => {
      const own = found.get(subject);
      return (own && figure(own)) ?? NaN;
    }),
  }));
};

/** Figures known of two subjects at least. */
export const distributionsOf = (columns: readonly BehaviourColumn[]): readonly DistributionRow[] =>
  distributionTable(columns).filter(({ n }) => n >= 2);

/** Places of the subjects whose behaviour is looked at. */
export const sampledSubjects = (subjects: readonly string[]): readonly number[] => {
  const hashes = subjects.map(hashToken);
  return [...subjects.keys()]
    .sort((a, b) => (hashes[a] as number) - (hashes[b] as number) || a - b)
    .slice(0, SAMPLED_SUBJECTS);
};

/**
 * Spearman's of figures of the subjects `rows` with each other, and with their needs: of a dimension the end that more subjects have, since the
 * other's is the same with the other sign.
 */
export const correlationsOf = async (
  columns: readonly BehaviourColumn[],
  needs: readonly NeedRow[],
  latents: ActiveLatents,
  rows: readonly number[],
  pause: () => Promise<void>,
): Promise<readonly CorrelationRow[]> => {
  const own = columns.map((column) => ({ ...column, isNeed: false }));
  const wanted = oneEndEach(needs).map((need) => needColumn(need, latents, rows));
  const found: CorrelationRow[] = [];
  for (const [at, a] of own.entries()) {
    for (const b of [...own.slice(at + 1), ...wanted]) {
      const correlation = spearman(a.values, b.values);
      if (correlation) found.push({ a: a.name, b: b.name, isNeed: b.isNeed, ...correlation });
    }
    await pause();
  }
  return found;
};

const oneEndEach = (needs: readonly NeedRow[]): readonly NeedRow[] =>
  [...Map.groupBy(needs, ({ need }) => need >> 1).values()].map(
    (ends) => ends.toSorted((a, b) => b.share - a.share || a.need - b.need)[0] as NeedRow,
  );

const needColumn = ({ need, name }: NeedRow, { values, width, dimensions }: ActiveLatents, rows: readonly number[]) => {
  const column = dimensions.indexOf(need >> 1);
  const sign = need % 2 === 1 ? -1 : 1;
  return {
    name: `need ${need}: ${name}`,
    isNeed: true,
    values: Float64Array.from(rows, (row) => sign * (values[row * width + column] as number)),
  };
};

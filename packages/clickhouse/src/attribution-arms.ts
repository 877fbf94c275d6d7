/**
 * What an experiment shows: subjects held out by hash (contracts' holdOut) against the others. Everybody who did anything
 * counts in their arm, whether a list was looked at or not, and so does all that they bought: who is shown better lists
 * may buy elsewhere in the shop what they saw there, or less of it.
 */
import { type Arm, arms, type HoldOut, holdOut } from '@nextcart/contracts';
import {
  type ArmComparison,
  compareArms,
  type Interval,
  type MeanSums,
  meanInterval,
} from './attribution-intervals.ts';
import type { Store } from './store.ts';
import { countedCondition, rawStretch } from './window-rows.ts';

export interface ArmRow {
  readonly arm: Arm;
  readonly subjects: number;
  /** Lines. */
  readonly purchases: number;
  /** Units of the base currency, bought less returned in the range. */
  readonly net: bigint;
  /** Per subject; revenue in whole base currency. */
  readonly purchasesPerSubject: Interval | null;
  readonly revenuePerSubject: Interval | null;
}

export interface ArmReport {
  readonly arms: readonly ArmRow[];
  /** `models` against `base`; null while an arm is empty. */
  readonly purchases: ArmComparison | null;
  readonly revenue: ArmComparison | null;
}

interface SumRow {
  arm: Arm;
  subjects: number;
  purchases: number;
  squares: number;
  net: string;
  netSquares: number;
}

/** contracts' holdOut as SQL over a column; a test compares them. */
export const armSql = (subject: string, { share, salt }: HoldOut): string => {
  holdOut('', { share, salt }); // its errors
  return `if(reinterpretAsUInt32(reverse(substring(SHA256(concat({salt:String}, '\\n', ${subject})), 1, 4))) < ${share} * 4294967296., 'base', 'models')`;
};

/** `since`, `until`: epoch ms of event time, [since, until). */
export const readArms = async (
  store: Store,
  range: { readonly since: number; readonly until: number },
  { share, salt }: HoldOut,
): Promise<ArmReport> => {
  const rows = await store.query<SumRow>(
    `SELECT arm, count() AS subjects, sum(lines) AS purchases, sum(toFloat64(lines) * lines) AS squares,
       toString(toInt128(sum(spent) * 10000)) AS net, sum(toFloat64(spent) * toFloat64(spent)) AS netSquares
     FROM (
       SELECT subject, ${armSql('subject', { share, salt })} AS arm, countIf(event_type = 'purchase') AS lines,
         sumIf(toDecimal128(ifNull(base_amount, 0), 4), event_type = 'purchase') - sumIf(toDecimal128(ifNull(base_amount, 0), 4), event_type = 'return') AS spent
       FROM events
       WHERE ${countedCondition} AND event_type != 'history' AND subject != '' AND ${rawStretch({ from: range.since, to: range.until })}
       GROUP BY subject
     )
     GROUP BY arm`,
    { salt },
  );
  const sums = arms.map((arm) => {
    const row = rows.find((one) => one.arm === arm) ?? {
      subjects: 0,
      purchases: 0,
      squares: 0,
      net: '0',
      netSquares: 0,
    };
    const lines: MeanSums = { subjects: row.subjects, y: row.purchases, yy: row.squares };
    const spent: MeanSums = { subjects: row.subjects, y: Number(row.net) / 10_000, yy: row.netSquares };
    return { arm, lines, spent, net: BigInt(row.net) };
  });
  const [models, base] = sums as [(typeof sums)[number], (typeof sums)[number]];
  return {
    arms: sums.map(({ arm, lines, spent, net }) => ({
      arm,
      subjects: lines.subjects,
      purchases: lines.y,
      net,
      purchasesPerSubject: meanInterval(lines),
      revenuePerSubject: meanInterval(spent),
    })),
    purchases: compareArms(models.lines, base.lines),
    revenue: compareArms(models.spent, base.spent),
  };
};

import type { PublishedCount } from '@nextcart/clickhouse';
import { integer, paint, table } from '../print.ts';
import type { ListDifference } from './list-difference.ts';
import type { VerifyReport } from './verify-lists.ts';
import { CUT, type WhatIfFigures, type WhatIfReport } from './what-if.ts';

/** Places that are shown beside each other. */
const SHOWN = 10;

const textOf = (value: unknown): string =>
  value === undefined
    ? 'nothing'
    : JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each)).slice(0, 300);

export const renderDifference = (difference: ListDifference): string[] => {
  const { partition, offset, subject, triggerOffset, release, publishedIds, recomputedIds } = difference;
  const places = Array.from(
    { length: Math.min(SHOWN, Math.max(publishedIds.length, recomputedIds.length)) },
    (_, at) => [
      String(at + 1),
      publishedIds[at] ?? '',
      recomputedIds[at] ?? '',
      publishedIds[at] === recomputedIds[at] ? '' : paint('red', '≠'),
    ],
  );
  return [
    paint(
      'red',
      `another list for '${subject}': record ${partition}:${offset}, trigger ${triggerOffset}, release ${release}`,
    ),
    `  first difference: ${difference.field}`,
    `    published   ${textOf(difference.published)}`,
    `    recomputed  ${textOf(difference.recomputed)}`,
    table(['place', 'published', 'recomputed', ''], places),
  ];
};

const renderSkipped = (skipped: Readonly<Record<string, number>>): string[] =>
  Object.entries(skipped)
    .sort((a, b) => b[1] - a[1])
    .map(([reason, lists]) => paint('yellow', `${integer(lists)} lists skipped: ${reason}`));

export const renderVerify = (report: VerifyReport, seconds: number): string[] => {
  const { checked, byRow, different, skipped, stopped } = report;
  const rate = integer(Math.round(checked / Math.max(seconds, 0.001)));
  return [
    `${integer(checked)} lists made again in ${seconds.toFixed(1)} s, ${rate}/s; ${integer(checked - byRow)} compared byte for byte, ${integer(byRow)} by their rows (the log no longer holds them)`,
    ...renderSkipped(skipped),
    ...(different > 0 ? [paint('red', `${integer(different)} ${different === 1 ? 'is' : 'are'} different`)] : []),
    ...(different === 0 && checked > 0 ? [paint('green', 'none is different')] : []),
    ...(stopped ? [paint('yellow', 'stopped before the end of the range (--all goes on after a difference)')] : []),
  ];
};

const timeOf = (ms: number): string => new Date(ms).toISOString();

/** Which lists there are, in the words of --from and --to, for a range that there is nothing to tell of. */
export const renderPublished = (published: readonly PublishedCount[]): string[] => {
  if (published.length === 0)
    return [
      'no list of recommendations.v1 is in ClickHouse: none was published, or ingest lags (see: nextcart doctor)',
    ];
  return [
    'choose others by --from and --to, the first that is not wanted; published are',
    ...published.map(
      ({ partition, lists, first, last, oldest, newest }) =>
        `  --from ${partition}:${first} --to ${partition}:${last + 1}: ${integer(lists)} lists, from ${timeOf(oldest)} to ${timeOf(newest)}`,
    ),
  ];
};

const figure = ({ mean, low, high }: WhatIfFigures['hit'], signed = false): string => {
  const text = (value: number) => {
    const shown = value.toFixed(4).replace(/^-(?=[0.]+$)/, ''); // what rounds to nothing has no sign
    return `${signed && !shown.startsWith('-') ? '+' : ''}${shown}`;
  };
  return `${text(mean)} (${text(low)} to ${text(high)})`;
};

export const renderWhatIf = (report: WhatIfReport, release: string): string[] => {
  const { rows, withoutDeed, inTraining, skipped, stopped } = report;
  const lines = rows.flatMap((row) => {
    const name = row.release === '' ? 'all' : row.release;
    const sizes = [integer(row.lists), integer(row.subjects)];
    const of = (what: string, { hit, ndcg }: WhatIfFigures, signed = false) => [
      ...[name, ...sizes, what, figure(hit, signed), figure(ndcg, signed)],
    ];
    return [of('as published', row.published), of(`by ${release}`, row.recomputed), of('gain', row.gain, true)];
  });
  const nothing =
    Object.keys(skipped).length > 0
      ? 'nothing was compared'
      : 'no list of the range was followed by a click, a cart or a purchase';
  return [
    rows.length === 0
      ? paint('yellow', nothing)
      : table(['published by', 'lists', 'subjects', '', `HR@${CUT}`, `NDCG@${CUT}`], lines),
    paint('dim', `${integer(withoutDeed)} lists without a click, cart or purchase after them are left out`),
    ...(inTraining > 0
      ? [
          paint(
            'yellow',
            `${integer(inTraining)} lists lie in what ${release} was trained on: what it says there is too good`,
          ),
        ]
      : []),
    ...renderSkipped(skipped),
    ...(stopped ? [paint('yellow', 'stopped before the end of the range')] : []),
  ];
};

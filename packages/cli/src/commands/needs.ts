import type { CorrelationRow, SubjectDeed } from '@nextcart/clickhouse';
import { Command } from 'commander';
import { withConnections } from '../connect.ts';
import { integer, paint, say, table } from '../print.ts';
import { type ToldOfAll, type ToldOfSubject, tellAll, tellSubject } from '../tell-needs.ts';
import { wholeNumber } from '../whole-number.ts';

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
const NONE = paint('dim', 'none');
/** Intervals that leave 0 out, of figures that are not made of each other. */
const LEAST_RHO = 0.1;

const correlationRows = (correlations: readonly CorrelationRow[], top: number): string[][] =>
  correlations
    .filter(({ isNeed, rho, low, high }) => isNeed && Math.abs(rho) >= LEAST_RHO && low * high > 0)
    .slice(0, top)
    .map(({ a, b, rho, low, high, n }) => [
      a,
      b,
      rho.toFixed(2),
      `${low.toFixed(2)} to ${high.toFixed(2)}`,
      integer(n),
    ]);

export const renderAll = ({ release, needs, segments, correlations }: ToldOfAll, top: number): string[] => {
  const pairs = correlationRows(correlations, top);
  return [
    paint('bold', `needs by release ${release}`),
    table(
      ['need', 'strongest of', 'items', 'searched'],
      needs
        .slice(0, top)
        .map(({ name, share, items, words }) => [
          name,
          percent(share),
          items.slice(0, 3).join(', '),
          words.slice(0, 4).join(', '),
        ]),
    ),
    paint('dim', `${Math.min(top, needs.length)} of ${needs.length}`),
    '',
    paint('bold', 'segments'),
    table(
      ['segment', 'subjects', 'share'],
      segments.map(({ name, subjects, share }) => [name, integer(subjects), percent(share)]),
    ),
    '',
    paint('bold', 'what goes with what they want'),
    pairs.length === 0 ? NONE : table(['behaviour', 'need', 'rho', '95 %', 'n'], pairs),
  ];
};

const deedText = ({ type, title, query }: SubjectDeed): string => `${type} ${query === '' ? title : `“${query}”`}`;

export const renderSubject = ({ release, subject, segment, needs }: ToldOfSubject): string[] => [
  paint('bold', `${subject}: needs by release ${release}`),
  `segment: ${segment.name} (${percent(segment.share)} of all)`,
  '',
  ...(needs.length === 0 ? [NONE] : []),
  ...needs.flatMap(({ name, strength, deeds }) => [
    `${strength.toFixed(1)} sd  ${name}`,
    ...deeds.slice(0, 3).map((deed) => paint('dim', `        ${deedText(deed)}`)),
  ]),
];

/** `nextcart needs [USER]`: what people want, as the newest release sees it. */
export const needsCommand = (): Command =>
  new Command('needs')
    .description('what people want, with segments and what goes with it; of one subject, what it wants most and why')
    .argument('[subject]', 'a userId or visitorId')
    .option('--release <id>', 'as this release sees it; else the newest that has told needs')
    .option('--top <n>', 'how many needs and correlations', wholeNumber('--top'), 12)
    .option('--json', 'all of it as JSON')
    .addHelpText(
      'after',
      `
need       one end of a dimension of the autoencoder, called by its strongest category, search word and item
strongest  the share of the subjects whose strongest need it is
sd         how far the subject is from the mean subject, in standard deviations
rho        Spearman's rank correlation of a figure of behaviour with a need, with its 95 % interval
`,
    )
    .action((subject: string | undefined, options: { release?: string; top: number; json?: true }) =>
      withConnections(async ({ store }) => {
        const told =
          subject === undefined
            ? await tellAll(store(), options.release)
            : await tellSubject(store(), subject, options.release);
        if (options.json) return say(JSON.stringify(told, null, 2));
        for (const line of 'subject' in told ? renderSubject(told) : renderAll(told, options.top)) say(line);
      }),
    );

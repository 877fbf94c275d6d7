import type { Choice, NotApplicable, PublishedRow } from './quality-bench.ts';
import type { Gain, SummaryRow } from './summary.ts';

export interface QualityTable {
  readonly bench: string;
  readonly command: string;
  readonly about: string;
  readonly quick: boolean;
  readonly seeds: readonly number[];
  readonly n: Readonly<Record<string, number>>;
  readonly metrics: Readonly<Record<string, string>>;
  /** What was resampled, in the plural. */
  readonly resampled: string;
  readonly rows: readonly SummaryRow[];
  readonly published: readonly PublishedRow[];
  readonly notApplicable: readonly NotApplicable[];
  readonly gains: readonly Gain[];
  readonly choices: readonly Choice[];
}

/** .1234, as the literature of ranking writes shares. */
const figure = (value: number): string => {
  const text = Math.abs(value).toFixed(4).replace(/^0/, '');
  return value < 0 ? `−${text}` : text;
};
const interval = ({ low, high }: { low: number; high: number }): string => `${figure(low)} to ${figure(high)}`;

/** As Markdown: the table, then what its figures mean, then how the settings were chosen. */
export const formatTable = (table: QualityTable): string => {
  const metrics = Object.keys(table.metrics);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const measured = table.rows.map(({ name, kind, settings, seconds, figures }) =>
    line([
      kind === 'fusion' ? `**${name}**` : name,
      kind,
      ...metrics.map((metric) => {
        const found = figures[metric];
        if (found === undefined) return '';
        const bySeed = found.seeds.length > 1 ? [found.seeds.map(figure).join(', ')] : [];
        // a figure of the row as a whole has no interval
        const brackets = [...(found.low < found.high ? [interval(found)] : []), ...bySeed];
        return brackets.length === 0 ? figure(found.mean) : `${figure(found.mean)} (${brackets.join('; ')})`;
      }),
      settings,
      seconds === undefined ? '' : seconds.toFixed(0),
    ]),
  );
  const published = table.published.map(({ name, figures, source }) =>
    line([
      name,
      'published',
      ...metrics.map((metric) => (figures[metric] === undefined ? '' : figure(figures[metric]))),
      source,
      '',
    ]),
  );
  const notApplicable = table.notApplicable.map(({ name, because }) =>
    line([name, 'baseline', ...metrics.map(() => ''), `not applicable, because ${because}`, '']),
  );
  const n = Object.entries(table.n).map(([name, value]) => `${value.toLocaleString('en')} ${name}`);
  return [
    `### quality:${table.bench}`,
    table.about,
    '',
    `\`${table.command}\`; ${n.join(', ')}; seed${table.seeds.length === 1 ? '' : 's'} ${table.seeds.join(', ')}.`,
    ...(table.quick ? ['', 'A quick run: these figures mean nothing.'] : []),
    '',
    line(['row', 'kind', ...metrics, 'settings', 'seconds']),
    line(['---', '---', ...metrics.map(() => '---'), '---', '---']),
    ...measured,
    ...notApplicable,
    ...published,
    '',
    `In brackets: 95 % of the mean by bootstrap over ${table.resampled}, then the mean of each seed. Seconds: choosing and fitting.`,
    '',
    ...Object.entries(table.metrics).map(([name, definition]) => `- **${name}**: ${definition}`),
    '',
    ...table.gains.map(
      ({ fusion, other, metric, mean, ...range }) =>
        `- ${fusion} less ${other}, the best other row in ${metric}: ${figure(mean)} (${interval(range)})`,
    ),
    '',
    'Chosen on validation:',
    '',
    ...table.choices
      .filter(({ tried }) => tried.length > 0)
      .map(
        ({ part, tried, chosen }) =>
          `- ${part}: **${chosen}** out of ${tried.map(({ settings, quality }) => `${settings} ${figure(quality)}`).join('; ')}`,
      ),
    '',
  ].join('\n');
};

import { writeFileSync } from 'node:fs';
import { basename, isAbsolute } from 'node:path';
import type { Metrics } from './bench.ts';

/** The file of `--json`. `metrics` are medians over the repeats, `runs` what they were taken from. */
export interface BenchReport {
  readonly bench: string;
  /** ISO 8601. */
  readonly at: string;
  readonly commit: string;
  /** What was typed. */
  readonly command: string;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly repeats: number;
  readonly quick: boolean;
  readonly n: Readonly<Record<string, number>>;
  readonly metrics: Metrics;
  readonly spread: Readonly<Record<string, Spread>>;
  /** Each repeat's, in their order. */
  readonly runs: readonly Metrics[];
}

/** How a bench was called, the folders of files left out: a report says nothing of the machine's. */
export const commandLine = (args: readonly string[]): string =>
  ['npm run bench --', ...args.map((arg) => (isAbsolute(arg) ? basename(arg) : arg))].join(' ');

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** By metric, in the order of their first sight; a metric that a repeat lacks is taken over the others. */
export const spreadOf = (runs: readonly Metrics[]): Record<string, Spread> => {
  const names = new Set(runs.flatMap((run) => Object.keys(run)));
  const spread: Record<string, Spread> = {};
  for (const name of names) {
    const values = runs.flatMap((run) => run[name] ?? []).sort((a, b) => a - b);
    const middle = (values.length - 1) / 2;
    const low = values[Math.floor(middle)] as number;
    const high = values[Math.ceil(middle)] as number;
    spread[name] = { min: values[0] as number, median: (low + high) / 2, max: values.at(-1) as number };
  }
  return spread;
};

export const mediansOf = (spread: Readonly<Record<string, Spread>>): Metrics =>
  Object.fromEntries(Object.entries(spread).map(([name, { median }]) => [name, median]));

export const writeReport = (file: string, report: BenchReport): void =>
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);

const figure = (value: number): string => {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(4);
};

/** Names and values on a line. */
export const formatPairs = (record: Readonly<Record<string, string | number>>): string =>
  Object.entries(record)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? figure(value) : value}`)
    .join(', ');

/** For people: machine, versions, n, then a line a metric. */
export const formatReport = (report: BenchReport): string => {
  const rows = Object.entries(report.spread).map(([name, { min, median, max }]) => [
    name,
    ...[min, median, max].map(figure),
  ]);
  const table = [['metric', 'min', 'median', 'max'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => (row[column] as string).length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] as number) : cell.padStart(widths[at] as number)))
      .join('  ');
  return [
    `bench ${report.bench} at ${report.at}, commit ${report.commit}`,
    `machine: ${formatPairs(report.machine)}`,
    `versions: ${formatPairs(report.versions)}`,
    `n: ${formatPairs({ repeats: report.repeats, ...report.n })}`,
    ...(report.quick ? ['a quick run: these figures mean nothing'] : []),
    '',
    ...table.map(line),
    '',
  ].join('\n');
};

/** `npm run bench -- quality:NAME`: runs a bench of quality once a seed and prints its table. */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultDataDir, repoRoot } from '@nextcart/local';
import { currentCommit } from '../harness/machine.ts';
import { createProgress } from '../harness/progress.ts';
import { commandLine } from '../harness/report.ts';
import { createKeptRuns, hashSources, type KeptRun } from './kept-runs.ts';
import { OWN, ownBench, ownSources } from './own/own-bench.ts';
import { ownRunOf } from './own/own-run.ts';
import { plotCurves } from './plot.ts';
import type { QualityBench, QualityRun } from './quality-bench.ts';
import { reportOf } from './report.ts';
import { gainsOf, summarize } from './summary.ts';
import { formatTable } from './table.ts';

export const qualityPrefix = 'quality:';

export const qualityUsage = (
  benches: readonly QualityBench[],
): string => `npm run bench -- quality:NAME [--source NAME --file PATH] [--seeds N | --seed N] [--resume] [--threads N] [--json FILE] [--markdown FILE] [--plot FILE.svg] [--quick]

${benches.map(({ name, about }) => `  ${`${qualityPrefix}${name}`.padEnd(24)} ${about}`).join('\n')}
  ${`${qualityPrefix}${OWN}`.padEnd(24)} Files of your own, or of another public set, by the protocol that they allow: --source and --file.

  --source NAME    of quality:own, what the files are: ${ownSources.join(', ')}
  --file PATH      of quality:own, where they are: a file or a folder, gzipped or not
  --seeds N        runs it with seeds 1 to N; 1
  --seed N         runs it with seed N alone: seeds can be measured side by side, and --seeds --resume makes a table of them
  --resume         takes over the seeds that an earlier run of the same code and settings has measured
  --threads N      of the engine; as many as there are processors
  --json FILE      writes figures, intervals, choices and curves
  --markdown FILE  writes the table that is printed
  --plot FILE.svg  draws validation quality over the epochs of what was trained
  --quick          a small run, to see that the bench works
Data are looked for in the folder that NEXTCART_DATA names, else in ../shared/data. What the rows mean: docs/quality.md.
`;

export const dataFolder = (): string => process.env['NEXTCART_DATA'] ?? join(repoRoot, '../shared/data');

const options = {
  seeds: { type: 'string' },
  seed: { type: 'string' },
  resume: { type: 'boolean', default: false },
  threads: { type: 'string', default: String(availableParallelism()) },
  json: { type: 'string' },
  markdown: { type: 'string' },
  plot: { type: 'string' },
  quick: { type: 'boolean', default: false },
  source: { type: 'string' },
  file: { type: 'string' },
} as const;

const count = (name: string, text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`--${name} ${text}: not a whole number above 0`);
  return value;
};

export interface QualityCommand {
  readonly bench: QualityBench;
  /** Where its data are: the folder of public sets, or one's own files. */
  readonly data: string;
  readonly isOwn: boolean;
  /** As it was typed. */
  readonly line: string;
  readonly seeds: readonly number[];
  /** Seeds that were measured before need not be again. */
  readonly resume: boolean;
  readonly threads: number;
  readonly quick: boolean;
  readonly files: { readonly json?: string; readonly markdown?: string; readonly plot?: string };
}

/** Throws a RangeError or TypeError for arguments that make no sense. */
export const parseQuality = (args: string[], benches: readonly QualityBench[]): QualityCommand => {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  const { seeds, seed, resume, threads, quick, source, file, ...files } = values;
  if (seeds !== undefined && seed !== undefined) throw new RangeError('--seeds and --seed: one of them');
  const name = positionals[0]?.slice(qualityPrefix.length);
  if (name !== OWN && (source ?? file) !== undefined)
    throw new RangeError(`--source and --file are of ${qualityPrefix}${OWN}`);
  const bench = name === OWN ? ownFiles(source, file) : benches.find((one) => one.name === name);
  const known = [...benches.map((one) => one.name), OWN].map((one) => qualityPrefix + one).join(', ');
  if (bench === undefined || positionals.length > 1)
    throw new RangeError(`no bench '${positionals.join(' ')}': there are ${known}`);
  const line = commandLine(args);
  const wanted =
    seed === undefined
      ? Array.from({ length: count('seeds', seeds ?? '1') }, (_, at) => at + 1)
      : [count('seed', seed)];
  return {
    ...{ bench, data: file === undefined ? dataFolder() : resolve(file), isOwn: name === OWN },
    ...{ line, seeds: wanted, resume },
    ...{ threads: count('threads', threads), quick, files },
  };
};

/** Files that somebody has named must be there; a public set need not. */
const ownFiles = (source: string | undefined, file: string | undefined): QualityBench => {
  if (source === undefined || file === undefined)
    throw new RangeError(`${qualityPrefix}${OWN} takes --source and --file: what the files are, and where`);
  const bench = ownBench(source);
  const missing = bench.missing(file);
  if (missing !== undefined) throw new RangeError(`--file: ${missing}`);
  return bench;
};

export const runQuality = async (command: QualityCommand): Promise<void> => {
  const { bench, data, isOwn, line, seeds, resume, threads, quick, files } = command;
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const reason = bench.missing(data);
  if (reason !== undefined) {
    process.stdout.write(`${qualityPrefix}${bench.name} skipped: ${reason}\n`);
    return;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  const [at, commit] = [new Date().toISOString(), currentCommit()]; // of the code that is measured
  const { name, ...about } = isOwn ? ownRunOf(bench.name, data) : { name: bench.name };
  const kept = createKeptRuns(join(defaultDataDir(), 'quality'), name, {
    code: hashSources(repoRoot),
    ...{ dataFolder: data, quick, threads, ...about },
  });
  const progress = (step: string, total: number, unit: string) => createProgress(process.stderr, step, total, unit);
  const measured: KeptRun[] = [];
  for (const seed of seeds) {
    const before = resume ? kept.find(seed) : undefined;
    if (before !== undefined) {
      log(`${bench.name}: seed ${seed} was measured at ${before.at}`);
      measured.push(before);
      continue;
    }
    log(`${bench.name}: seed ${seed}, of ${seeds.join(', ')}`);
    const startedAt = performance.now();
    const run = await bench.run({
      ...{ quick, seed, threads, log, progress },
      dataFolder: data,
      signal: stop.signal,
    });
    const one = { at: new Date().toISOString(), seconds: (performance.now() - startedAt) / 1000, run };
    kept.keep(seed, one);
    measured.push(one);
  }
  const runs = measured.map(({ run }) => run);
  const [first] = runs as [QualityRun];
  const rows = summarize(runs);
  const table = {
    bench: bench.name,
    command: line,
    about: bench.about,
    quick,
    seeds,
    n: first.n,
    metrics: bench.metrics,
    resampled: first.clusters?.name ?? 'subjects',
    rows,
    published: bench.published,
    notApplicable: bench.notApplicable ?? [],
    gains: gainsOf(runs),
    choices: runs.flatMap(({ choices }, at) =>
      choices.map((one) => (runs.length === 1 ? one : { ...one, part: `${one.part}, seed ${seeds[at]}` })),
    ),
  };
  const markdown = formatTable(table);
  process.stdout.write(markdown);
  if (files.markdown !== undefined) writeFileSync(files.markdown, markdown);
  if (files.plot !== undefined)
    writeFileSync(files.plot, plotCurves(first.curves, `${bench.name}: validation quality over epochs`));
  if (files.json === undefined) return;
  const seconds = measured.reduce((sum, one) => sum + one.seconds, 0);
  writeFileSync(files.json, `${JSON.stringify(reportOf(table, runs, { at, commit, seconds }), null, 2)}\n`);
};

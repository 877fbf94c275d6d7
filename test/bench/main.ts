import { parseArgs } from 'node:util';
import { NextcartError } from '@nextcart/contracts';
import { systemClock } from '@nextcart/runtime';
import { benches, qualityBenches } from './benches.ts';
import type { Bench, BenchContext, Metrics, PreparedBench } from './harness/bench.ts';
import { currentCommit, describeMachine, describeVersions } from './harness/machine.ts';
import { createProgress } from './harness/progress.ts';
import { commandLine, formatPairs, formatReport, mediansOf, spreadOf, writeReport } from './harness/report.ts';
import { parseQuality, type QualityCommand, qualityPrefix, qualityUsage, runQuality } from './quality/command.ts';

const list = benches.map((bench) => `  ${bench.name.padEnd(10)} ${bench.about}`).join('\n');
const usage = `npm run bench -- NAME [--json FILE] [--repeats N] [--quick] [--events N]

${list}

  --json FILE   writes machine, versions and the metrics (medians over the repeats, and their spread)
  --repeats N   measures N times
  --quick       a small run, to see that the bench works
  --events N    verify: another number of events
Run it on a machine that does nothing else. What the metrics mean: docs/benchmarks.md.

${qualityUsage(qualityBenches)}`;

class UsageError extends Error {}

const parse = (args: string[]) => {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'string' },
        repeats: { type: 'string' },
        quick: { type: 'boolean', default: false },
        events: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
};

const chosen = (positionals: readonly string[]): Bench => {
  const [name, ...more] = positionals;
  const bench = benches.find((one) => one.name === name);
  if (bench !== undefined && more.length === 0) return bench;
  const names = benches.map((one) => one.name).join(', ');
  throw new UsageError(
    `${name === undefined ? 'name a bench' : `no bench '${positionals.join(' ')}'`}: there are ${names}`,
  );
};

const countOf = (option: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new UsageError(`--${option} ${text}: not a whole number above 0`);
  return count;
};

const qualityOf = (args: string[]): QualityCommand => {
  try {
    return parseQuality(args, qualityBenches);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
};

/** Rejects at Ctrl-C, so that servers are stopped before the process ends. */
const interrupted = (): Promise<never> =>
  new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => reject(new Error(`stopped by ${signal}`)));
  });

const main = async (args: string[]): Promise<void> => {
  if (args[0]?.startsWith(qualityPrefix) === true) return runQuality(qualityOf(args));
  const { values, positionals } = parse(args);
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const bench = chosen(positionals);
  const repeats = countOf('repeats', values.repeats) ?? (values.quick ? 1 : bench.repeats);
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const closers: (() => Promise<void>)[] = [];
  const serverVersions: Record<string, string> = {};
  const context: BenchContext = {
    quick: values.quick,
    events: countOf('events', values.events),
    onEnd: (close) => void closers.push(close),
    version: (name, version) => {
      serverVersions[name] = version;
    },
    log,
    progress: (step, total, unit) => createProgress(process.stderr, step, total, unit),
  };
  const [at, commit] = [new Date(systemClock.now()).toISOString(), currentCommit()]; // of the code that is measured
  const runs: Metrics[] = [];
  const run = async (): Promise<PreparedBench> => {
    const prepared = await bench.prepare(context);
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      log(`${bench.name}: repeat ${repeat + 1} of ${repeats}`);
      const metrics = await prepared.measure(repeat);
      runs.push(metrics);
      log(`${bench.name}: repeat ${repeat + 1} had ${formatPairs(metrics)}`);
    }
    return prepared;
  };
  let prepared: PreparedBench;
  try {
    prepared = await Promise.race([run(), interrupted()]);
  } finally {
    for (const close of closers.reverse()) await close();
  }
  const spread = spreadOf(runs);
  const report = {
    bench: bench.name,
    at,
    commit,
    command: commandLine(args),
    machine: describeMachine(),
    versions: { ...describeVersions(), ...serverVersions },
    repeats,
    quick: values.quick,
    n: prepared.n,
    metrics: mediansOf(spread),
    spread,
    runs,
  };
  process.stdout.write(formatReport(report));
  if (values.json !== undefined) writeReport(values.json, report);
  const broken = (bench.mustBeZero ?? []).filter((name) => spread[name]?.max !== 0);
  if (broken.length > 0)
    throw new Error(
      `${bench.name}: not 0 as promised: ${broken.map((name) => `${name} ${spread[name]?.max}`).join(', ')}`,
    );
};

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof UsageError;
  const isInput = error instanceof NextcartError && error.code === 'bad_input'; // it names file and line
  const text = error instanceof Error ? ((isInput ? undefined : error.stack) ?? error.message) : String(error);
  process.stderr.write(isUsage ? `${error.message}\n\n${usage}` : `${text}\n`);
  process.exit(isUsage ? 2 : 1); // a measurement that was broken off may still be waiting for something
}

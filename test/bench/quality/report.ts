import type { Metrics } from '../harness/bench.ts';
import { describeMachine, describeVersions } from '../harness/machine.ts';
import { mediansOf, spreadOf } from '../harness/report.ts';
import { metricKey } from './metric-key.ts';
import type { QualityRun } from './quality-bench.ts';
import type { QualityTable } from './table.ts';

/** What `--json` writes: the file of the other benches (docs/benchmarks.md), and what the table was made from. */
export const reportOf = (
  table: QualityTable,
  runs: readonly QualityRun[],
  /** `at` and `commit`: when it began, and of what. */
  { at, commit, seconds }: { readonly at: string; readonly commit: string; readonly seconds: number },
) => {
  const bySeed = runs.map((_, seed) =>
    Object.fromEntries(
      table.rows.flatMap(({ name, figures }) =>
        Object.entries(figures).map(([metric, { seeds }]) => [metricKey(name, metric), seeds[seed] as number]),
      ),
    ),
  );
  const spread = spreadOf(bySeed);
  const bounds = table.rows.flatMap(({ name, figures }) =>
    Object.entries(figures).flatMap(([metric, { low, high }]) => {
      const key = metricKey(name, metric);
      return [[`${key}.low`, low] as const, [`${key}.high`, high] as const];
    }),
  );
  const trained = table.rows.reduce((sum, row) => sum + (row.seconds ?? 0), 0) / runs.length;
  const { node, v8, onnxruntime } = describeVersions();
  const metrics: Metrics = { ...mediansOf(spread), ...Object.fromEntries(bounds), train_s: trained };
  return {
    bench: `quality:${table.bench}`,
    at,
    commit,
    command: table.command,
    machine: describeMachine(),
    versions: { node, v8, onnxruntime },
    repeats: runs.length,
    quick: table.quick,
    n: table.n,
    metrics,
    spread,
    runs: bySeed,
    seconds,
    definitions: table.metrics,
    resampled: table.resampled,
    rows: table.rows,
    gains: table.gains,
    choices: table.choices,
    curves: runs[0]?.curves ?? [],
    published: table.published,
    notApplicable: table.notApplicable,
  };
};

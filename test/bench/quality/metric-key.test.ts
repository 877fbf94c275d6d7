import { expect, test } from 'vitest';
import { gowallaBench } from './gowalla/bench.ts';
import { metricKey } from './metric-key.ts';
import { movielensBench } from './movielens/bench.ts';
import { onlineRetailBench } from './online-retail/bench.ts';
import type { QualityRun } from './quality-bench.ts';
import { reportOf } from './report.ts';
import { digineticaBench } from './sessions/benches.ts';
import { shopBench } from './shop/bench.ts';
import { gainsOf, summarize } from './summary.ts';

test('figures are named by row and metric, parts of the requests in front', () => {
  const named = [
    ['V-SKNN', 'Recall@10', 'V-SKNN.recall@10'],
    ['fusion', 'HR@20', 'fusion.recall@20'],
    ['fusion', 'HR@20 one search', 'one search.fusion.recall@20'],
    ['ranker', 'of oracle, cart', 'cart.ranker.oracle_ratio'],
    ['fusion', 'Recall@20 all cold', 'all cold.fusion.recall@20'],
    ['fusion', 'coverage@20', 'fusion.coverage@20'],
    ['without content', 'lost, next', 'without content.lost, next'],
    ['learned space', 'recall@20 complements', 'complements.learned space.recall@20'],
  ] as const;
  for (const [row, column, key] of named) expect(metricKey(row, column)).toBe(key);
});

/** Names that readers of reports look for. */
const wanted = [
  { bench: gowallaBench, rows: ['fusion'], names: ['fusion.recall@20', 'fusion.ndcg@20'] },
  { bench: digineticaBench, rows: ['fusion'], names: ['fusion.recall@20', 'fusion.mrr@20', 'fusion.ndcg@20'] },
  { bench: movielensBench, rows: ['fusion'], names: ['fusion.recall@10', 'fusion.ndcg@10'] },
  {
    bench: onlineRetailBench,
    rows: ['fusion'],
    names: ['all.fusion.ndcg@20', 'unseen.fusion.ndcg@20', 'fusion.revenue@20'],
  },
  {
    bench: shopBench,
    rows: ['fusion', 'VAE', 'PCA factors', 'ridge on counts'],
    names: ['fusion.ndcg@20', 'oracle_ratio', 'needs.r2', 'needs.r2_supervised', 'needs.r2_pca'],
  },
];

test.for(wanted)('the report of $bench.name has all of its names, with intervals', ({ bench, rows, names }) => {
  const run: QualityRun = {
    n: { users: 3 },
    rows: rows.map((name, at) => ({
      name,
      kind: name === 'fusion' ? 'fusion' : 'part',
      subjects: Object.fromEntries(
        Object.keys(bench.metrics).map((column) => [column, Float64Array.of(0, 0.25, 0.5 + at / 10)]),
      ),
      settings: '',
      seconds: 3,
    })),
    ...{ choices: [], curves: [] },
  };
  const runs = [run, run];
  const table = {
    ...{ bench: bench.name, command: '', about: '', quick: true, seeds: [1, 2], n: run.n, metrics: bench.metrics },
    ...{
      resampled: 'users',
      rows: summarize(runs),
      published: [],
      notApplicable: [],
      gains: gainsOf(runs),
      choices: [],
    },
  };
  const { metrics } = reportOf(table, runs, { at: '', commit: '', seconds: 1 });
  for (const name of names) {
    expect(Object.keys(metrics)).toEqual(expect.arrayContaining([name, `${name}.low`, `${name}.high`]));
    expect(metrics[`${name}.low`]).toBeLessThan(metrics[name] as number);
    expect(metrics[`${name}.high`]).toBeGreaterThan(metrics[name] as number);
  }
  expect(metrics['train_s']).toBe(3 * rows.length); // of a seed
});

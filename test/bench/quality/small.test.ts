import { availableParallelism } from 'node:os';
import { expect, type TestContext, test } from 'vitest';
import { dataFolder } from './command.ts';
import { gowallaBench } from './gowalla/bench.ts';
import { meanOf } from './intervals.ts';
import { onlineRetailBench } from './online-retail/bench.ts';
import type { QualityBench } from './quality-bench.ts';

/**
 * The quick runs, held to floors somewhat below what they reach: a model that learns nothing, or forgets what a user has,
 * falls through. They are the only tests in which every model meets real behaviour.
 */
const MINUTES_MS = 60_000;

const quickRun = async (context: TestContext, bench: QualityBench, metric: string) => {
  const reason = bench.missing(dataFolder());
  if (reason !== undefined) context.skip(reason);
  const { rows } = await bench.run({
    dataFolder: dataFolder(),
    quick: true,
    seed: 1,
    threads: availableParallelism(),
    signal: new AbortController().signal,
    log: () => undefined,
    progress: () => ({ at: () => undefined, done: () => undefined }),
  });
  return Object.fromEntries(rows.map(({ name, subjects }) => [name, meanOf(subjects[metric] as Float64Array)]));
};

test('a tenth of Gowalla: every model finds much more than popularity does', {
  timeout: 5 * MINUTES_MS,
}, async (context) => {
  const ndcg = await quickRun(context, gowallaBench, 'NDCG@20');
  const floors = { 'item co-occurrence': 0.17, EDLAE: 0.15, 'graph filter': 0.19, VAE: 0.15, fusion: 0.2 };
  expect(ndcg['popularity']).toBeCloseTo(0.0703, 3); // of the data alone: another figure is another cut or metric
  for (const [name, floor] of Object.entries(floors)) expect(ndcg[name], name).toBeGreaterThan(floor);
  expect(ndcg['fusion']).toBeGreaterThan(ndcg['graph filter'] as number);
});

test('Online Retail: what one had before comes again, and the fusion knows it', {
  timeout: 5 * MINUTES_MS,
}, async (context) => {
  const ndcg = await quickRun(context, onlineRetailBench, 'NDCG@20 all');
  expect(ndcg['popularity']).toBeCloseTo(0.1321, 3);
  expect(ndcg['own frequency']).toBeCloseTo(0.3524, 3);
  expect(ndcg['EDLAE']).toBeGreaterThan(0.23);
  expect(ndcg['fusion']).toBeGreaterThan(ndcg['own frequency'] as number);
});

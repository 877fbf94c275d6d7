import type { ModelRun } from '@nextcart/clickhouse';
import { expect, test } from 'vitest';
import type { ModelLine } from './list-models.ts';
import { renderModel, renderModels } from './render-models.ts';

const slices = (from: number, to: number) => [0, 1].map((partition) => ({ partition, from, to }));
const line = (change: Partial<ModelRun>): ModelLine => {
  const run: ModelRun = {
    ...{ release: 'r2', at: 0, shopTime: 0, mode: 'full', topicId: '', events: 1200, verdict: 'pass', superior: true },
    ...{ ranges: slices(0, 800), slice: slices(800, 900), alphaSpent: 0, reasons: [], champion: '', anchor: '' },
    ...{ subjects: 1, requests: 1, leftOut: 0, metrics: {}, losses: {}, weights: {}, coverage: 1, refitted: true },
    ...{ seconds: {}, artifactUri: '', artifactHash: '', ...change },
  };
  const { release, at, verdict } = run;
  return {
    release,
    at,
    verdict,
    run,
    inForce: false,
    interleavedShare: 0,
    rolledBack: false,
    artifact: null,
    records: [],
  };
};
const shown = (change: Partial<ModelRun>) => renderModel(line(change)).join('\n');

test('of a full training that memory had no room for more of, the share of the log is told', () => {
  expect(shown({ ranges: slices(600, 800) })).toContain('0:600-799 1:600-799, the newest 25 % of the log until then;');
  expect(shown({})).not.toContain('the newest');
  // it goes on where its parent ended
  expect(shown({ mode: 'warm', ranges: slices(600, 800) })).not.toContain('the newest');
});

test('what was trained again like a release of before is told from what was rejected', () => {
  const state = (change: Partial<ModelRun>) => renderModels([line({ verdict: 'reject', ...change })]).join('\n');
  expect(state({ artifactUri: 'file:///r2', artifactHash: 'h' })).toContain('trained again');
  expect(state({})).toContain('rejected');
});

test('what was left out is told by both of its reasons: who puts a thing in the cart and buys it asks once', () => {
  expect(shown({ leftOut: 3 })).toContain('3 left out (asked before, or nothing known of who asks)');
});

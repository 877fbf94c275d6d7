import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { insertModelActivations, readModelActivations } from './model-activations.ts';
import {
  countLooks,
  insertModelRun,
  isCycle,
  type ModelRun,
  readFirstPass,
  readLastCycle,
  readLastEvaluation,
  readModelRun,
  readModelRuns,
} from './model-runs.ts';
import type { Store } from './store.ts';
import { migratedStore } from './testing.ts';

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'runs')));
beforeEach(async () => {
  for (const table of ['model_runs', 'model_activations']) await store.command(`TRUNCATE TABLE ${table}`);
});
afterAll(() => drop());

const NOW = Date.UTC(2026, 10, 27, 12);
const TOPIC_ID = '6f1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e01';
const runOf = (release: string, change: Partial<ModelRun> = {}): ModelRun => ({
  ...{ release, at: NOW, shopTime: NOW, mode: 'warm', topicId: TOPIC_ID, events: 1440 },
  ranges: [{ partition: 0, from: 0, to: 700 }],
  slice: [{ partition: 0, from: 700, to: 900 }],
  ...{ verdict: 'pass', superior: true, alphaSpent: 0.002, reasons: ["beats 'trending'", 'ü\n'] },
  ...{ champion: 'r0', anchor: '', subjects: 2000, requests: 3000, leftOut: 7 },
  metrics: { 'NDCG@20 candidate': { value: 0.31, low: 0.3, high: 0.32 } },
  ...{ losses: { recurrent: 2.5 }, weights: { trending: 0.15, recurrent: 2 }, coverage: 0.4, refitted: true },
  ...{ seconds: { measure: 12.5 }, artifactUri: 'file:///data/releases/r', artifactHash: 'abc' },
  ...change,
});

test('a run comes back as it was, and the same cycle again is no second row', async () => {
  await insertModelRun(store, runOf('r1'));
  await insertModelRun(store, runOf('r1'));
  expect(await readModelRuns(store, { limit: 10 })).toEqual([runOf('r1')]);
  expect(await readModelRun(store, 'r1')).toEqual(runOf('r1'));
  expect(await readModelRun(store, 'r2')).toBeNull();
});

test('figures that were not measured are left out instead of becoming 0', async () => {
  const nothing = { value: Number.NaN, low: Number.NaN, high: Number.NaN };
  await insertModelRun(store, runOf('r1', { metrics: { nothing } }));
  expect((await readModelRun(store, 'r1'))?.metrics).toEqual({});
});

test('runs come newest first', async () => {
  await insertModelRun(store, runOf('yesterday', { at: NOW - 2000 }));
  await insertModelRun(store, runOf('early'));
  await insertModelRun(store, runOf('waited', { at: NOW + 500, alphaSpent: 0, verdict: 'wait' }));
  await insertModelRun(store, runOf('tomorrow', { at: NOW + 1000 }));
  expect((await readModelRuns(store, { limit: 3 })).map(({ release }) => release)).toEqual([
    'tomorrow',
    'waited',
    'early',
  ]);
});

test('what serves is measured in rows of its own, of which the last one of a log is known', async () => {
  const own = { mode: 'evaluation', verdict: 'measured', alphaSpent: 0 } as const;
  expect(await readLastEvaluation(store, TOPIC_ID)).toBeNull();
  await insertModelRun(store, runOf('evaluate-1', { ...own, at: NOW - 2000 }));
  await insertModelRun(store, runOf('evaluate-2', { ...own, at: NOW - 1000 }));
  await insertModelRun(store, runOf('cycle'));
  await insertModelRun(store, runOf('other', { ...own, at: NOW, topicId: '6f1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e02' }));
  expect(await readLastEvaluation(store, TOPIC_ID)).toEqual(runOf('evaluate-2', { ...own, at: NOW - 1000 }));
  expect((await readModelRuns(store, { limit: 9 })).filter(isCycle).map(({ release }) => release)).toEqual(['cycle']);
});

test('the last cycle is known, and when one passed first', async () => {
  expect([await readLastCycle(store), await readFirstPass(store)]).toEqual([null, null]);
  await insertModelRun(store, runOf('waited', { at: NOW - 3000, verdict: 'wait' }));
  expect(await readFirstPass(store)).toBeNull();
  await insertModelRun(store, runOf('first', { at: NOW - 2000 }));
  await insertModelRun(store, runOf('next', { at: NOW - 1000 }));
  await insertModelRun(store, runOf('rejected', { verdict: 'reject' }));
  await insertModelRun(store, runOf('evaluate', { at: NOW + 1000, mode: 'evaluation', verdict: 'measured' }));
  expect(await readLastCycle(store)).toEqual(runOf('rejected', { verdict: 'reject' }));
  expect(await readFirstPass(store)).toBe(NOW - 2000);
});

test("looks are claims over one log's behaviour of one day of the shop, whenever they were decided", async () => {
  const year = 365 * 86_400_000;
  const day = { topicId: TOPIC_ID, from: NOW - 1000, to: NOW + 1000 };
  // a replay: its days come within seconds, and a year later
  const run = (release: string, shopTime: number, change: Partial<ModelRun> = {}) =>
    insertModelRun(store, runOf(release, { at: NOW + year, shopTime, ...change }));
  await run('of the day', NOW);
  await run('of the day before', NOW - 1001);
  await run('of the day after', NOW + 1000);
  await run('that claimed nothing', NOW + 500, { alphaSpent: 0, verdict: 'wait' });
  await run('of another log', NOW, { topicId: '6f1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e02' });
  expect(await countLooks(store, day)).toBe(1);
});

test('activations come newest first, of one release or of all, each once', async () => {
  const activation = { release: 'r1', partition: 3, fromOffset: 12_345, at: NOW, scorer: 'pod-1' };
  const older = { ...activation, release: 'r0', at: NOW - 5 };
  await insertModelActivations(store, [older, activation]);
  await insertModelActivations(store, [activation]);
  expect(await readModelActivations(store, { limit: 10 })).toEqual([activation, older]);
  expect(await readModelActivations(store, { release: 'r0', limit: 10 })).toEqual([older]);
});

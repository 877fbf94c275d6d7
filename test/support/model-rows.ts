/** Cycles of training and activations for tests of dashboards. */
import {
  insertFailedJob,
  insertModelActivations,
  insertModelRun,
  type ModelRun,
  type Store,
} from '@nextcart/clickhouse';

const figure = (value: number) => ({ value, low: value - 0.01, high: value + 0.01 });

/** Three cycles, the newest 10 minutes before `now`: one that waited, one that was rejected, one that serves. */
export const insertModels = async (store: Store, now: number): Promise<void> => {
  const run = (release: string, minutes: number, change: Partial<ModelRun>): ModelRun => ({
    ...{
      release,
      at: now - minutes * 60_000,
      shopTime: now - minutes * 60_000,
      mode: 'warm',
      topicId: '7c1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e01',
      events: 9000,
    },
    ...{ ranges: [], slice: [], verdict: 'pass', superior: false, alphaSpent: 0, champion: '', anchor: '' },
    ...{ subjects: 2500, requests: 4000, leftOut: 9, reasons: [`the first word on ${release}`, 'the second'] },
    metrics: {
      'NDCG@20 candidate': figure(0.31),
      'NDCG@20 champion': figure(0.3),
      'NDCG@20 trending': figure(0.1),
      'NDCG@20 candidate, cold subjects': figure(0.2),
      'recall@20 candidate': figure(0.6),
      'NDCG@20 candidate − champion': figure(0.01),
    },
    ...{ losses: { recurrent: 2.5, autoencoder: 90 }, weights: { trending: 0.1, recurrent: 0.6 }, coverage: 0.4 },
    ...{ refitted: true, seconds: { measure: 20, refit: 10, write: 2 }, artifactUri: 'file:///r', artifactHash: 'a' },
    ...change,
  });
  await insertModelRun(store, run('first', 50, { verdict: 'wait', metrics: {}, losses: {}, seconds: {} }));
  await insertModelRun(store, run('second', 30, { verdict: 'reject', coverage: 0.2 }));
  await insertModelRun(store, run('third', 10, {}));
  // what served, measured without a cycle: no row among those
  const own = { 'NDCG@20 champion': figure(0.29), 'NDCG@20 trending': figure(0.1) };
  await insertModelRun(store, run('evaluate-1', 5, { mode: 'evaluation', verdict: 'measured', metrics: own }));
  for (const [id, minutes, cancelled] of [
    ['release-0', 45, true],
    ['release-9', 8, false],
  ] as const)
    await insertFailedJob(store, {
      ...{ id, job: 'release', at: now - minutes * 60_000, cancelled, attempts: 1 },
      reason: cancelled ? 'it was cancelled' : 'a training of its cycle failed: no room',
    });
  const activation = (release: string, partition: number, minutes: number) => ({
    ...{ release, partition, fromOffset: 100 * minutes, at: now - minutes * 60_000, scorer: '' },
  });
  await insertModelActivations(store, [
    activation('older', 0, 40),
    activation('third', 0, 9),
    activation('third', 1, 9),
  ]);
};

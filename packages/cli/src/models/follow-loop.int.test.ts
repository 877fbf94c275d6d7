import { insertModelActivations, insertModelRun, type ModelRun, type Store } from '@nextcart/clickhouse';
import { insertTestEvents, migratedStore } from '@nextcart/clickhouse/testing';
import { holdOut } from '@nextcart/contracts';
import { type Clock, systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { followLoop } from './follow-loop.ts';

const NOW = Date.UTC(2026, 10, 27, 12);
const MINUTE_MS = 60_000;
const how = { share: 0.5, salt: '' };
const clock: Clock = { ...systemClock, now: () => NOW };

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'loop')));
afterAll(() => drop());

const runOf = (release: string, at: number, change: Partial<ModelRun> = {}): ModelRun => ({
  ...{ release, at, shopTime: at, mode: 'warm', topicId: '6f1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e01', events: 1440 },
  ...{ ranges: [], slice: [], verdict: 'pass', superior: true, alphaSpent: 0, reasons: ['it is better'] },
  ...{ champion: '', anchor: '', subjects: 2000, requests: 3000, leftOut: 7 },
  metrics: {
    'NDCG@20 candidate': { value: 0.31, low: 0.3, high: 0.32 },
    'NDCG@20 candidate − champion': { value: 0.01, low: 0.002, high: 0.02 },
  },
  ...{ losses: {}, weights: {}, coverage: 0.4, refitted: true, seconds: {}, artifactUri: '', artifactHash: '' },
  ...change,
});
let training: string | undefined;
/** The lines as they are now: the first that are told. */
const lines = async (): Promise<readonly string[]> => {
  const stop = new AbortController();
  let found: readonly string[] = [];
  const looked = followLoop(
    { store, clock, holdOut: how, training: async () => (stop.abort(), training) },
    stop.signal,
    (told) => void (found = told),
  );
  await looked;
  return found;
};

test('the loop is told as it goes: what is learned, what the gate said, who ranks by it, and what models bring', async () => {
  expect(await lines()).toEqual([]);
  training = 'recurrent epoch 3 of 8';
  expect(await lines()).toEqual(['learning: recurrent epoch 3 of 8']);
  training = undefined;

  await insertModelRun(store, runOf('r1', NOW - 10 * MINUTE_MS));
  expect(await lines()).toEqual(['r1 passed the gate: NDCG@20 0.3100; +0.0020 … +0.0200 over lists without models']);
  const active = [0, 1, 1].map((partition, at) => ({
    ...{ release: 'r1', partition, at: NOW - at },
    fromOffset: at,
    scorer: 's',
  }));
  await insertModelActivations(store, active);

  const people = Array.from({ length: 400 }, (_, n) => `u${n}`);
  const buys = (subject: string, n: number) => holdOut(subject, how) === 'models' || n % 2 === 0;
  await insertTestEvents(
    store,
    people.flatMap((subject, n) =>
      // before the first release everybody bought, which says nothing of it
      [-20, -5].flatMap((minutes) => ({
        ...{
          partition: 0,
          offset: 2 * n + (minutes === -5 ? 1 : 0),
          time: NOW + minutes * MINUTE_MS,
          subject,
          item: 'tea',
        },
        type: minutes === -20 || buys(subject, n) ? ('purchase' as const) : ('view' as const),
      })),
    ),
    'shop',
  );
  const [decision, bought, ...rest] = await lines();
  expect(rest).toEqual([]);
  expect(decision).toMatch(/; 2 partitions rank by it$/);
  expect(bought).toMatch(
    /^lines bought a subject: 1\.000 with models \(\d+\), 0\.\d+ held out \(\d+\): \+\d+ % \(95 % \+\d+ % to \+\d+ %\)$/,
  );

  await insertModelRun(
    store,
    runOf('r2', NOW, { verdict: 'reject', champion: 'r1', reasons: ['it is worse', 'by far'] }),
  );
  const kept = 'r2 was kept back: NDCG@20 0.3100; +0.0020 … +0.0200 over r1; it is worse';
  expect(await lines()).toEqual([kept, bought]);

  // what serves is measured far more often than a cycle ends
  await insertModelRun(store, runOf('evaluate', NOW + 1, { mode: 'evaluation', verdict: 'measured' }));
  await store.command(
    `INSERT INTO model_runs SELECT one.* REPLACE (concat(one.release, toString(number)) AS release)
     FROM (SELECT * FROM model_runs WHERE release = 'evaluate') AS one CROSS JOIN numbers(120) AS times`,
  );
  expect(await lines()).toEqual([kept, bought]);
});

test('a store that does not answer leaves what was told', async () => {
  const stop = new AbortController();
  const told: (readonly string[])[] = [];
  let looks = 0;
  const training = async () => {
    looks += 1;
    if (looks === 2) throw new Error('away');
    if (looks === 3) stop.abort();
    return 'x';
  };
  const quick: Clock = { ...clock, sleep: async () => {} };
  await followLoop({ store, clock: quick, holdOut: how, training }, stop.signal, (lines) => void told.push(lines));
  expect(told).toHaveLength(1);
});

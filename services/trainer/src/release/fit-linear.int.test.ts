/** The linear partner among the baselines of a cycle, on a shop whose models beat all that count. */
import { readModelRun } from '@nextcart/clickhouse';
import { createItemIndex } from '@nextcart/contracts';
import type { ScoringPart } from '@nextcart/ranking';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FitLinear } from './fit-linear.ts';
import { makeRelease } from './make-release.ts';
import { good, openReleaseShop, payloadOf, type ReleaseShop, TOPIC_ID } from './release.fixture.ts';

let shop: ReleaseShop;
beforeAll(async () => {
  shop = await openReleaseShop();
});
afterAll(() => shop.close());

let linearIndex = createItemIndex();
/** What every buyer buys, the first of it as often as the others: a strong part. */
const strong: ScoringPart = {
  source: 'linear',
  score: (_, sheet) => {
    for (let item = 0; item < 8; item += 1) sheet.add(linearIndex.add(`i${item}`), 1 - item / 100);
  },
};
const fitted: FitLinear = async (log, { index }) => {
  linearIndex = index;
  expect(log).toEqual({ topicId: TOPIC_ID, ranges: payloadOf().ranges });
  return strong;
};
const decide = async (jobId: string, linear: FitLinear, change: object = {}) => {
  const deps = { ...shop.deps, releases: await shop.emptyLog(), linear };
  const result = await makeRelease(deps, shop.run(jobId, [await shop.train(jobId, good())], change));
  return { ...result, words: result.reasons.join('\n'), row: await readModelRun(shop.store, jobId) };
};

test('in a full cycle it must be beaten as any other', async () => {
  const { verdict, words, row } = await decide('linear-strong', fitted);
  expect(words).toMatch(/does not beat linear: at least −/);
  expect(verdict).toBe('reject');
  expect(row?.metrics['NDCG@20 linear']?.value).toBeGreaterThan(row?.metrics['NDCG@20 trending']?.value as number);
  // the best of the baselines, so that its other figures are told
  expect(row?.metrics).toHaveProperty(['recall@20 linear']);
});

test('a warm one has no time for it', async () => {
  const never: FitLinear = () => Promise.reject(new Error('asked for'));
  const { verdict, words } = await decide('linear-warm', never, { parent: { release: 'r1', hash: 'x' } });
  expect(verdict, words).toBe('pass');
  expect(words).not.toContain('linear');
});

test('where it can not be fitted the decision says so, and is that on the others', async () => {
  const { verdict, words } = await decide('linear-none', async () => 'no linear baseline: 1 items have support');
  expect(verdict, words).toBe('pass');
  expect(words).toContain('no linear baseline: 1 items have support');
});

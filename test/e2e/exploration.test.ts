import { join } from 'node:path';
import { type PublishedList, readPublishedLists } from '@nextcart/clickhouse';
import { EXPLORED_KEY, type RecommendationList } from '@nextcart/contracts';
import { repoRoot } from '@nextcart/local';
import { defaultConfiguration } from '@nextcart/ranking';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';
import { itemIds, itemOf, NOW, openReplayShop, type ReplayShop } from './replay-shop.ts';

/** Places for items that were not going to be shown: from the scorer over the rows to what the command tells of them. */

let shop: ReplayShop;
let published: { offset: number; list: RecommendationList }[];
let rows: PublishedList[];
const users = Array.from({ length: 12 }, (_, n) => `user ${n}`);
beforeAll(async () => {
  shop = await openReplayShop(inject('urls'));
  for (const id of itemIds) await shop.sendItem(itemOf(id));
  await shop.snapshots(itemIds, NOW);
  const configuration = { ...defaultConfiguration, exploration: { slots: 2, every: 5 } };
  const scorer = await shop.startScorer({ configuration });
  await shop.send(users.map((userId, n) => ({ userId, itemId: itemIds[3 * n] as string })));
  await shop.settle();
  await scorer.stop();
  published = [...(await shop.lists(0)), ...(await shop.lists(1))];
  const rowsOf = (partition: number) =>
    readPublishedLists(shop.store, { topicId: shop.topicIds.lists, partition }, published.length);
  await shop.settle();
  rows = [...(await rowsOf(0)), ...(await rowsOf(1))];
});
afterAll(() => shop.close());

/** [place, chance], as a list's reasons say and as its row does. */
const reasoned = ({ items }: RecommendationList) =>
  items.flatMap(({ reasons }, at) =>
    reasons.filter(({ kind }) => kind === 'explored').map(({ weight }) => [at + 1, weight] as const),
  );
const told = ({ snapshots }: PublishedList) =>
  snapshots[EXPLORED_KEY]?.split(',').map((place) => place.split(':').map(Number)) ?? [];

test('the row of a list has the places that were explored, with the chances that its reasons tell', async () => {
  expect(rows.map(({ subject }) => subject)).toEqual(published.map(({ list }) => list.subject));
  rows.forEach((row, at) => expect(told(row)).toEqual(reasoned((published[at] as (typeof published)[number]).list)));
  const own = rows.filter(({ subject }) => users.includes(subject));
  expect(new Set(own.map(({ subject }) => subject)).size).toBe(users.length);
  // 60 items, of which 50 are shown
  for (const row of own) {
    expect(told(row).map(([place]) => place)).toEqual([5, 10]);
    for (const [, chance = 0] of told(row)) expect(chance).toBeGreaterThanOrEqual(1 / 10);
  }
  for (const row of rows.filter(({ triggerOffset }) => triggerOffset < 0))
    expect(row.snapshots).not.toHaveProperty(EXPLORED_KEY);

  const replay = await shop.replay({ batch: 8, threads: 1 });
  const report = await replay.verify({ range: {}, onDifference: () => true });
  await replay.close();
  expect(report).toMatchObject({ checked: published.length, byRow: 0, different: 0, skipped: {} });
});

test('the command tells their click-through, as it is and by inverse propensity', async () => {
  const seen = users.map((userId, n) => {
    const { list } = published.findLast((each) => each.list.subject === userId) as (typeof published)[number];
    const [first, second] = reasoned(list) as [readonly [number, number], readonly [number, number]];
    const [place, chance] = n % 3 === 0 ? second : first;
    return {
      isClicked: n % 6 === 0 || n === 3,
      chance,
      userId,
      recommId: list.recommId,
      itemId: list.items[place - 1]?.itemId,
    };
  });
  const scorer = await shop.startScorer({});
  await shop.send(
    seen.flatMap(({ isClicked, userId, recommId, itemId = '' }) => {
      const shown = { userId, recommId, itemId };
      const place = { ...shown, eventType: 'impression' as const };
      return isClicked ? [place, { ...shown, eventType: 'click' as const }] : [place];
    }),
  );
  await shop.settle();
  await scorer.stop();

  const run = async (...more: string[]) => {
    const range = ['--since', new Date(NOW).toISOString(), '--until', new Date(NOW + 86_400_000).toISOString()];
    const env = {
      ...{ KAFKA_BROKERS: inject('urls').kafkaBrokers, CLICKHOUSE_URL: shop.url },
      SCHEMA_REGISTRY_URL: inject('urls').schemaRegistryUrl,
    };
    const args = [join(repoRoot, 'packages/cli/src/main.ts'), 'attribution', ...range, ...more];
    const { stdout, stderr, code } = await runProgram(process.execPath, args, { env });
    expect(code, stderr).toBe(0);
    return stdout;
  };
  const weight = (some: typeof seen) => some.reduce((sum, { chance }) => sum + 1 / chance, 0);
  const { explored } = JSON.parse(await run('--json')) as {
    explored: { subjects: number; impressions: number; clicks: number; weightedCtr: { value: number } };
  };
  expect(explored).toMatchObject({ subjects: 12, impressions: 12, clicks: 3, ctr: { value: 0.25 } });
  const clicked = seen.filter(({ isClicked }) => isClicked);
  expect(explored.weightedCtr.value).toBeCloseTo(weight(clicked) / weight(seen), 9);
  expect(explored.weightedCtr.value).not.toBeCloseTo(0.25, 4);
  expect(await run('--by', 'list')).toContain('explored places: 12 shown to 12 subjects, 3 clicks, CTR 25.00%');
});

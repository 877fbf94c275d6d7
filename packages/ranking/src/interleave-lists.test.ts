import type { RecommendedItem } from '@nextcart/contracts';
import { expect, test } from 'vitest';
import { withPropensity } from './exploration.ts';
import { interleaveLists } from './interleave-lists.ts';
import { createModelMemory } from './models/fold-lanes.ts';
import { releaseLike, serving } from './models/release.fixture.ts';
import { openReleaseModels } from './models/release-models.ts';
import { createRanker } from './ranker.ts';
import { recommIdOf, withDraws, withoutDraws } from './recomm-id.ts';
import { type Deed, historyOf, NOW, openShop, shopIds } from './shop.fixture.ts';

const item = (itemId: string, score: number): RecommendedItem => ({
  ...{ itemId, score, source: 'recurrent', title: '', category: '', price: null, currency: null, reasons: [] },
});
const listOf = (ids: string, score: number) => Array.from(ids, (id) => item(id, score));
const origin = {
  ...{ release: 'one+two', snapshots: { trending: 'a' }, catalogPosition: '7', partition: 0, triggerOffset: 3 },
  subject: 'anna',
};

test("each place shows the item as its team's own list does, as many as the longer list has", () => {
  const drafted = interleaveLists(listOf('abcdefgh', 1), listOf('ahgfedcbxy', 2), 'seed');
  expect(drafted.items).toHaveLength(10);
  expect(drafted.teams).toMatch(/^=[ab]{2}/);
  drafted.items.slice(0, 5).forEach(({ score }, at) => expect(score).toBe(drafted.teams[at] === 'b' ? 2 : 1));
});

test('the id of a list draws who drafts, so it is the same whether the list says what was drawn or not', () => {
  const recommId = recommIdOf(origin);
  const explored = [...listOf('a', 1), { ...item('b', 1), reasons: withPropensity([], 0.25) }];
  const snapshots = withDraws(origin.snapshots, { items: explored, teams: '=a' });
  expect(Object.entries(snapshots)).toEqual([
    ['explored', '2:0.25'],
    ['teams', '=a'],
    ['trending', 'a'],
  ]);
  expect(withoutDraws(snapshots)).toEqual(origin.snapshots);
  expect(recommIdOf({ ...origin, snapshots })).toBe(recommId);
  expect(recommIdOf({ ...origin, snapshots: { trending: 'b' } })).not.toBe(recommId);
});

test('coins are others for every list: a subject who is shown two is not shown one order twice by rule', () => {
  const [first, second] = [listOf('abcdefgh', 1), listOf('ijklmnop', 2)];
  const teams = Array.from({ length: 40 }, (_, triggerOffset) => {
    return interleaveLists(first, second, recommIdOf({ ...origin, triggerOffset })).teams;
  });
  expect(new Set(teams).size).toBeGreaterThan(8);
});

test('two releases are asked one after the other, and what each says stays good for its list', async () => {
  const { index, features, parts } = openShop();
  const deeds: Deed[] = [0, 7, 13, 25].map((at, n) => ['view', shopIds[at] as string, 20 - n]);
  const history = historyOf(index, deeds);
  const ranker = createRanker({ parts, index, features, modelWeights: serving.weights });
  const open = (seed: number) =>
    openReleaseModels(releaseLike(seed), { index, threads: 1, batch: 4, explained: 8, nextPurchases: true });
  const [one, two] = [await open(1), await open(2)];
  const ask = async (models: typeof one) => {
    const [opinions] = await models.opine([{ history, memory: createModelMemory() }]);
    return opinions as NonNullable<typeof opinions>;
  };
  const rank = (opinions: Awaited<ReturnType<typeof ask>>) => ranker.rank([{ history, now: NOW, opinions }])[0];
  const alone = [rank(await ask(one)), rank(await ask(two))];
  const both = [await ask(one), await ask(two)] as const;
  expect(both.map(rank)).toEqual(alone);
  expect(alone[0]?.items).not.toEqual(alone[1]?.items);
  for (const models of [one, two]) await models.close();
});

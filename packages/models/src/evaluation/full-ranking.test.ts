import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluateFullRanking, meanOf } from './full-ranking.ts';
import { gowalla, readGowalla, whyNoGowalla } from './gowalla.fixture.ts';
import { rankAgainst } from './rank-against.ts';

const gowallaFolder = join(
  process.env['NEXTCART_DATA'] ?? join(import.meta.dirname, '../../../../../shared/data'),
  'gowalla-lightgcn',
);
const items = fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { maxLength: 6 });

test('the first k of all sorted by score, targets last among equals, seen ones out', () => {
  const scores = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(scores, items, items, fc.integer({ min: 1, max: 14 }), (given, out, wanted, k) => {
      const [seen, targets] = [new Set(out), new Set(wanted)];
      const expected = given
        .map((score, item) => ({ item, score, isTarget: Number(targets.has(item)) }))
        .filter(({ item }) => !seen.has(item))
        .sort((a, b) => b.score - a.score || a.isTarget - b.isTarget || a.item - b.item)
        .slice(0, k);
      const ranked = rankAgainst(Float32Array.from(given), seen, targets, k);
      expect([...ranked]).toEqual(expected.map(({ item }) => item));
    }),
  );
});

test('a score that is no number stops the evaluation', () => {
  expect(() => rankAgainst(Float32Array.of(1, NaN), new Set(), new Set([0]), 1)).toThrow('item 1 is NaN');
});

test('Gowalla by popularity in training: the published .0416 and .0317', { timeout: 60_000 }, async (context) => {
  if (!existsSync(gowallaFolder)) context.skip(whyNoGowalla(gowallaFolder));
  const [train, targets] = [readGowalla(gowallaFolder, 'train'), readGowalla(gowallaFolder, 'test')];
  expect([train, targets].map(({ columns }) => columns.length)).toEqual([810_128, 217_242]);
  const popularity = new Float32Array(gowalla.items);
  for (const item of train.columns) popularity[item] = (popularity[item] as number) + 1;
  const task = { items: gowalla.items, seen: train, targets, k: 20, denominator: 'targets' } as const;
  const { users, recall, ndcg } = await evaluateFullRanking(task, () => Promise.resolve(popularity), 1);
  expect(users.length).toBe(gowalla.users);
  expect(meanOf(recall)).toBeCloseTo(0.0416, 4);
  expect(meanOf(ndcg)).toBeCloseTo(0.0317, 4);
});

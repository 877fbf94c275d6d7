import type { RecommendationList } from '@nextcart/contracts';
import { expect, test } from 'vitest';
import { renderNextPurchases } from './render-list.ts';

const titles = (itemId: string) => `Thing ${itemId}`;
const of = (...nextPurchases: RecommendationList['nextPurchases']) =>
  renderNextPurchases({ nextPurchases } as RecommendationList, titles);

test('what may be bought next is a line with chances, small ones told apart from none', () => {
  expect(of({ itemId: 'a', probability: 0.312 }, { itemId: 'b', probability: 0.0042 })).toEqual([
    'will probably buy: Thing a (31 %), Thing b (0.4 %)',
  ]);
  expect(of()).toEqual([]);
});

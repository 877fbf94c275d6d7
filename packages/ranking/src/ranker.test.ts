import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultConfiguration } from './configuration.ts';
import { anyDeeds } from './deeds.fixture.ts';
import { createRanker, type RankedList } from './ranker.ts';
import type { ScoringPart } from './scoring.ts';
import { type Deed, historyOf, idOf, NOW, openShop, shopIds, shopItems } from './shop.fixture.ts';
import { momentOf } from './visit.ts';

const shop = openShop();
const rank = (deeds: readonly Deed[], of = shop): RankedList =>
  of.ranker.rank([{ history: historyOf(of.index, deeds), now: NOW }])[0] as RankedList;
const ids = (list: RankedList) => list.items.map((item) => item.itemId);

describe('a list depends on the request alone', () => {
  test('not on the other requests of its batch, nor on those before it', () => {
    fc.assert(
      fc.property(fc.array(anyDeeds, { minLength: 1, maxLength: 4 }), (batch) => {
        const requests = batch.map((deeds, n) => ({ history: historyOf(shop.index, deeds, `u${n}`), now: NOW }));
        const together = shop.ranker.rank(requests);
        requests.forEach((request, n) => {
          const fresh = openShop();
          const alone = { history: historyOf(fresh.index, batch[n] as Deed[], `u${n}`), now: NOW };
          expect(fresh.ranker.rank([alone])[0]).toEqual(together[n]);
          expect(shop.ranker.rank([request])[0]).toEqual(together[n]);
        });
      }),
      { numRuns: 30 },
    );
  });

  test('not on how items are numbered: byte for byte the same in a process that saw them in another order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...shopIds], { minLength: shopIds.length }), anyDeeds, (order, deeds) => {
        const other = openShop({ order });
        const text = (list: RankedList) =>
          JSON.stringify(list, (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v));
        expect(text(rank(deeds, other))).toBe(text(rank(deeds)));
        expect(text(other.ranker.similar('tea-3', NOW))).toBe(text(shop.ranker.similar('tea-3', NOW)));
        expect(text(other.ranker.strangers(NOW))).toBe(text(shop.ranker.strangers(NOW)));
      }),
      { numRuns: 40 },
    );
  });
});

test('a list has its size at most, no item twice, and scores of six decimals', () => {
  const small = openShop({ configuration: { listSize: 12 } });
  fc.assert(
    fc.property(anyDeeds, (deeds) => {
      const list = rank(deeds, small);
      expect(list.items.length).toBeLessThanOrEqual(12);
      expect(new Set(ids(list)).size).toBe(list.items.length);
      for (const { score, reasons } of list.items) {
        expect(score).toBe(Math.round(score * 1e6) / 1e6);
        expect(reasons.length).toBeGreaterThan(0);
        expect(reasons.length).toBeLessThanOrEqual(3);
        for (const { weight } of reasons) expect(weight >= 0 && weight <= 1).toBe(true);
      }
    }),
  );
});

test('a score that rounds to nothing from below is 0, as all readers of a list write it', () => {
  const { index, features } = shop;
  const part: ScoringPart = { source: 'content', score: (_, sheet) => sheet.add(index.get(idOf(0, 0)), -1e-9) };
  const [item] = createRanker({ parts: [part], index, features }).strangers(NOW).items;
  expect(item?.score).toBe(0);
});

test('each item is told with its title, category and price', () => {
  const [first] = rank([['view', idOf(0, 4), 0]]).items;
  const item = shopItems.find(({ itemId }) => itemId === first?.itemId);
  expect(first).toMatchObject({
    title: item?.title,
    category: item?.category.join(' > '),
    price: item?.price,
    currency: 'EUR',
  });
});

describe('who gets what', () => {
  const share = (list: RankedList, shelf: string, k = 10) =>
    ids(list)
      .slice(0, k)
      .filter((id) => id.startsWith(shelf)).length / k;

  test('a stranger gets what trends, by trending, and says so', () => {
    const list = shop.ranker.strangers(NOW);
    expect(list.items[0]).toMatchObject({ itemId: 'rugs-0', source: 'trending' });
    expect(list.items.every((item) => item.source === 'trending' && item.reasons[0]?.kind === 'trending')).toBe(true);
    expect(share(list, 'coffee')).toBe(0);
    expect(list).toEqual(rank([]));
  });

  test.each(['coffee', 'tea', 'cofee', 'golden coffee'])(
    "after one search for '%s' its shelf is at the top",
    (query) => {
      const shelf = query.includes('tea') ? 'tea' : 'coffee';
      const list = rank([['search', query, 0.1]]);
      expect(share(list, shelf)).toBeGreaterThanOrEqual(0.7);
      expect(list.items[0]?.reasons.map(({ kind, subject }) => [kind, subject])).toContainEqual(['searched', query]);
    },
  );

  test('after one click its neighbours are at the top', () => {
    const list = rank([['click', idOf(1, 3), 0.1]]);
    expect(share(list, 'tea')).toBeGreaterThanOrEqual(0.7);
    expect(ids(list).slice(0, 6)).toContain(idOf(1, 4));
  });

  test('similar items leave the item itself out, and an unknown item has none', () => {
    const list = shop.ranker.similar('lamps-5', NOW);
    expect(ids(list)).not.toContain('lamps-5');
    expect(share(list, 'lamps', 5)).toBe(1);
    expect(shop.ranker.similar('nosuch', NOW).items).toEqual([]);
  });
});

describe('parts', () => {
  test('without any snapshot lists come from content and the own past alone, and a stranger gets none', () => {
    const bare = openShop({ snapshots: {} });
    expect(bare.parts.map((part) => part.source)).toEqual(['history', 'content']);
    expect(bare.ranker.strangers(NOW).items).toEqual([]);
    const list = rank([['view', idOf(0, 0), 0]], bare);
    expect(list.items[0]).toMatchObject({ source: 'content' });
  });

  test('empty snapshots are no trouble', () => {
    const nothing = { items: [], rowStart: new Int32Array(1), columns: new Int32Array(0) };
    const snapshots = {
      covisits: { ...nothing, weights: new Float32Array(0) },
      copurchases: { ...nothing, weights: new Float32Array(0) },
      sessions: { ...nothing, endedAt: new Float64Array(0) },
      trending: { items: [], scores: new Float32Array(0) },
    };
    const empty = openShop({ snapshots });
    expect(empty.parts).toHaveLength(6);
    expect(empty.ranker.strangers(NOW).items).toEqual([]);
    expect(rank([['view', idOf(0, 0), 0]], empty).items.length).toBeGreaterThan(0);
  });

  test('a part of no weight is not asked', () => {
    const { trending: _, ...weights } = defaultConfiguration.weights;
    const quiet = openShop({ configuration: { weights } });
    expect(quiet.ranker.strangers(NOW).items).toEqual([]);
  });

  test('items that trend with a score of nothing are shown without a share', () => {
    const still = openShop({
      snapshots: { trending: { items: [...shopIds], scores: new Float32Array(4 * shopIds.length) } },
    });
    const list = still.ranker.strangers(NOW);
    expect(ids(list).sort()).toEqual([...shopIds].sort());
    expect(list.items[0]).toMatchObject({ itemId: 'coffee-0', source: 'trending', score: 0 });
    expect(list.items[0]?.reasons).toEqual([{ kind: 'trending', subject: '', weight: 0 }]);
  });
});

describe('what can be configured', () => {
  const deeds: Deed[] = [
    ['view', idOf(1, 1), 5],
    ['view', idOf(2, 4), 1],
  ];

  test('prices: with a share of them the order is by fused score and ln(price), what is shown stays the fused score', () => {
    const plain = rank(
      deeds,
      openShop({ configuration: { diversity: { ...defaultConfiguration.diversity, lambda: 1 } } }),
    );
    const share = 0.3;
    const dear = rank(
      deeds,
      openShop({ configuration: { revenueShare: share, diversity: { ...defaultConfiguration.diversity, lambda: 1 } } }),
    );
    const fused = new Map(plain.items.map(({ itemId, score }) => [itemId, score]));
    const keyOf = ({ score, price }: RankedList['items'][number]) => score + share * Math.log(Number(price));
    for (const item of dear.items) expect(fused.get(item.itemId) ?? item.score).toBe(item.score);
    const keys = dear.items.map(keyOf);
    expect(keys).toEqual(keys.toSorted((a, b) => b - a));
    const worth = (list: RankedList) => list.items.slice(0, 5).reduce((sum, { price }) => sum + Number(price), 0);
    expect(worth(dear)).toBeGreaterThan(worth(plain));
  });

  test('exploration: its places hold what was not going to be shown, with the chance that it had; shared lists have none', () => {
    const configuration = { listSize: 20, exploration: { slots: 2, every: 5 } };
    const [shown, explored] = [
      rank(deeds, openShop({ configuration: { listSize: 20 } })),
      rank(deeds, openShop({ configuration })),
    ];
    const places = [...explored.items.keys()].filter((place) =>
      explored.items[place]?.reasons.some(({ kind }) => kind === 'explored'),
    );
    expect(places).toEqual([4, 9]);
    for (const place of places) {
      const { itemId, reasons } = explored.items[place] as RankedList['items'][number];
      expect(ids(shown)).not.toContain(itemId);
      expect(reasons.at(-1)?.weight).toBeGreaterThan(0);
    }
    const others = explored.items.filter((_, place) => !places.includes(place));
    expect(others.map(({ itemId }) => itemId)).toEqual(ids(shown).slice(0, others.length));
    const { ranker } = openShop({ configuration });
    for (const list of [ranker.strangers(NOW), ranker.similar('tea-3', NOW)])
      expect(list.items.some(({ reasons }) => reasons.some(({ kind }) => kind === 'explored'))).toBe(false);
  });
});

describe('for the next visit', () => {
  const viewed = (item: string, ago: number): Deed => ['view', item, ago];
  const forNext = (deeds: readonly Deed[]) =>
    shop.ranker.rank([{ history: historyOf(shop.index, deeds), ...momentOf(NOW, true) }])[0] as RankedList;

  test('what was looked at last and not bought comes first, and its reason is that it was', () => {
    const deeds = [viewed('rugs-4', 2), viewed('lamps-2', 1), viewed('coffee-7', 0)];
    const list = forNext(deeds);
    expect(list.visitEnded).toBe(true);
    expect(ids(list).slice(0, 3)).toEqual(['coffee-7', 'lamps-2', 'rugs-4']);
    expect(list.items[0]?.source).toBe('history');
    expect(list.items[0]?.reasons[0]).toMatchObject({ kind: 'own_history', subject: 'coffee-7' });
    // while the visit goes on that is what is on the screen
    expect(rank(deeds).visitEnded).toBe(false);
    expect(rank(deeds).items[0]?.source).not.toBe('history');
  });

  test('so it does for somebody who has bought a lot', () => {
    const bought = shopIds.slice(0, 30).map((id): Deed => ['purchase', id, 2880]);
    expect(ids(forNext([...bought, viewed('rugs-4', 0)]))[0]).toBe('rugs-4');
  });

  test('what was bought is not among it', () => {
    const deeds: Deed[] = [viewed('lamps-2', 2), viewed('coffee-7', 1), ['purchase', 'coffee-7', 0]];
    expect(ids(forNext(deeds))).not.toContain('coffee-7');
    expect(ids(forNext(deeds))[0]).toBe('lamps-2');
  });
});

import { type CatalogItem, eventTypes } from '@nextcart/contracts';
import { createHistoryView, createSubjectState, foldEvent, readHistory } from '@nextcart/events';
import { createRanker, defaultConfiguration, type RankedList } from '@nextcart/ranking';
import { describe, expect, test } from 'vitest';
import { type Contender, MEASURING_BATCH, untrained } from './contenders.ts';
import { gainOf, popularityOf } from './list-figures.ts';
import { measure } from './measure.ts';
import { createShop } from './replayed-shop.ts';
import type { MeasuringRequest } from './requests.ts';

const NOW = Date.UTC(2026, 10, 24);
const words = ['red', 'blue', 'green', 'black', 'white'];
const catalogue: CatalogItem[] = Array.from({ length: 60 }, (_, at) => ({
  ...{ itemId: `i${at}`, title: `${words[at % 5]} ${at % 3 === 0 ? 'cup' : 'pot'} ${at}`, description: null },
  ...{ category: [`c${at % 4}`], brand: null, price: BigInt(10_000 + at), currency: 'EUR', stock: at === 7 ? 0 : null },
  ...{ hidden: at === 5, availableFrom: null, availableUntil: null, repurchaseDays: null, attributes: {} },
}));
const ids = catalogue.map(({ itemId }) => itemId);
/** i0 sells best, then i1 … */
const trending = {
  items: ids,
  scores: Float32Array.from({ length: 4 * ids.length }, (_, at) => 100 - (at % ids.length)),
};
const shop = createShop(catalogue, { trending }, 20);

const requestOf = (subject: number, viewed: readonly number[], target: string): MeasuringRequest => {
  const state = createSubjectState(`u${subject}`);
  viewed.forEach((item, offset) =>
    foldEvent(
      state,
      {
        ...{ offset, eventTime: NOW + offset * 1000, type: eventTypes.indexOf('view') },
        ...{ itemIndex: shop.index.add(`i${item}`), query: null, sessionId: null, userId: null, events: null },
      },
      shop.index,
    ),
  );
  const isNew = !viewed.some((item) => target === `i${item}`);
  const now = NOW + (viewed.length - 1) * 1000;
  return { subject, state, now, visitEnded: false, target, isNew, isBought: true, paid: 0 };
};
const listOf = (ids: readonly string[]) =>
  ({ items: ids.map((itemId) => ({ itemId })), filtered: {} }) as unknown as RankedList;
const options = { shop, k: 20, signal: new AbortController().signal, onProgress: () => {} };

test('a list that is only measured is the beginning of the list that would be served', () => {
  const served = createRanker({ ...shop, configuration: defaultConfiguration });
  const short = createRanker(shop);
  for (const viewed of [[1], [3, 9, 12], [40, 41, 42, 43, 44, 45]]) {
    const { state, now } = requestOf(0, viewed, '');
    const history = readHistory(state, createHistoryView());
    const [whole, first] = [served.rank([{ history, now }])[0], short.rank([{ history, now }])[0]];
    expect(whole?.items.length).toBeGreaterThan(20);
    expect(first?.items.map(({ itemId, score }) => [itemId, score])).toEqual(
      whole?.items.slice(0, 20).map(({ itemId, score }) => [itemId, score]),
    );
  }
});

describe('measuring', () => {
  // more than a batch, some subjects with three requests
  const requests = Array.from({ length: 3 * MEASURING_BATCH }, (_, at) =>
    requestOf(at < 60 ? Math.floor(at / 3) : at - 40, [(at * 7) % 60, (at * 11) % 60], `i${(at * 13) % 60}`),
  );
  const subjects = (requests.at(-1)?.subject ?? 0) + 1;

  test("is a subject's mean of what each request's own list gives it, ranked by itself", async () => {
    const ranker = createRanker(shop);
    const gains = new Map<number, number[]>();
    for (const { subject, state, now, target } of requests) {
      const list = ranker.rank([{ history: readHistory(state, createHistoryView()), now }])[0]?.items ?? [];
      let gain = 0;
      for (let rank = 1; rank <= 20; rank += 1) if (list[rank - 1]?.itemId === target) gain = 1 / Math.log2(rank + 1);
      gains.set(subject, [...(gains.get(subject) ?? []), gain]);
    }
    const means = [...gains.values()].map((own) => own.reduce((sum, gain) => sum + gain, 0) / own.length);
    let done = 0;
    const onProgress = (more: number) => void (done += more);
    const measured = { requests, subjects, leftOut: 0 };
    const found = await measure(untrained(shop), measured, { ...options, onProgress });
    expect([...found.all]).toEqual(means);
    expect(found.all.some((mean) => mean > 0)).toBe(true);
    const alone = requests.filter(({ isNew }) => isNew).map(({ subject }) => subject);
    expect(found.fresh.map((mean) => Number(Number.isNaN(mean)))).toEqual(
      found.all.map((_, subject) => Number(!alone.includes(subject))),
    );
    expect(done).toBe(requests.length);
  });

  test('tells of two subjects what a hand does', async () => {
    const viewed = requestOf(0, [1], '');
    const ofCount = (count: number) => ({ ...viewed, state: { ...viewed.state, count } });
    const asked: MeasuringRequest[] = [
      { ...ofCount(1), subject: 0, target: 'b', isNew: true, paid: 30 },
      { ...ofCount(5), subject: 0, target: 'x', isNew: false, paid: 70 },
      { ...ofCount(4), subject: 1, target: 'c', isNew: false, paid: 9 },
    ];
    const lists: Record<string, string[]> = { b: ['a', 'b', 'c'], x: ['a'], c: ['c', 'd'] };
    const contender: Contender = {
      rank: async (some) => some.map(({ target }) => listOf(lists[target] ?? [])),
      close: async () => {},
    };
    const counts = new Map([
      ['a', 4],
      ['b', 2],
      ['c', 2],
    ]);
    const known = { index: shop.index, items: 10, popularity: popularityOf(counts) };
    const told = await measure(contender, { requests: asked, subjects: 2, leftOut: 0 }, { ...options, shop: known });
    const second = 1 / Math.log2(3);
    expect(told).toEqual({
      all: Float64Array.of(second / 2, 1),
      fresh: Float64Array.of(second, Number.NaN),
      cold: Float64Array.of(second, 1),
      warm: Float64Array.of(0, Number.NaN),
      recall: Float64Array.of(0.5, 1),
      reciprocalRank: Float64Array.of(0.25, 1),
      revenue: Float64Array.of(15, 9),
      // in bits: a 1, b and c 2, d 4 as one with half an event
      novelty: Float64Array.of((5 / 3 + 1) / 2, 3),
      coverage: 0.4,
    });
    const unknown = { ...known, popularity: popularityOf(new Map()) };
    const { novelty } = await measure(
      contender,
      { requests: asked, subjects: 2, leftOut: 0 },
      { ...options, shop: unknown },
    );
    expect(novelty).toEqual(Float64Array.of(Number.NaN, Number.NaN));
  });

  test('a baseline ranks by its source alone, without what may not be shown', async () => {
    const [list] = await untrained(shop, { trending: 1 }).rank([requestOf(0, [50], 'i0')]);
    const best = list?.items.map(({ itemId }) => itemId) ?? [];
    expect(best).not.toContain('i5');
    expect(best).not.toContain('i7');
    expect(list?.items.every(({ source }) => source === 'trending')).toBe(true);
    // i50 is of the category c2, whose items are lifted
    expect(best[0]).toBe('i2');
  });

  test('ends with the reason of the signal', async () => {
    const signal = AbortSignal.abort(new Error('the trainer stops'));
    await expect(measure(untrained(shop), { requests, subjects, leftOut: 0 }, { ...options, signal })).rejects.toThrow(
      'the trainer stops',
    );
  });
});

test('a gain is 1 / log2(rank + 1) within the first k', () => {
  const list = listOf(['a', 'b', 'c']);
  expect([gainOf(list, 'a', 3), gainOf(list, 'c', 3), gainOf(list, 'c', 2), gainOf(list, 'd', 3)]).toEqual([
    1, 0.5, 0, 0,
  ]);
});

/** Promise 10: the event that is named is the one without which the item falls furthest. */
import { eventTypes } from '@nextcart/contracts';
import { createScoreSheet } from '@nextcart/models';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAttentionReader } from './attention.ts';
import { defaultConfiguration } from './configuration.ts';
import { anyDeeds, lookingDeeds } from './deeds.fixture.ts';
import { withoutCell } from './histories.ts';
import { createRanker, type RankedList } from './ranker.ts';
import { type Deed, historyOf, idOf, NOW, openShop } from './shop.fixture.ts';

// everything is shown and nothing filtered, so that a list tells every item's fused score
const open = openShop({
  configuration: { listSize: 100, repurchaseDays: 0, diversity: { ...defaultConfiguration.diversity, pool: 100 } },
});
const attentionOf = createAttentionReader(defaultConfiguration.attention);
const kindOf: Readonly<Record<string, string>> = {
  search: 'searched',
  view: 'viewed',
  click: 'viewed',
  cart: 'carted',
  purchase: 'bought',
};

test('removing the named event drops the item at least as far as removing any other of the last eight', () => {
  fc.assert(
    fc.property(lookingDeeds, fc.boolean(), (deeds, visitEnded) => {
      const history = historyOf(open.index, deeds);
      const asked = { now: NOW, visitEnded };
      const list = open.ranker.rank([{ history, ...asked }])[0] as RankedList;
      const { cells, length } = attentionOf(history, NOW);
      const last = [...cells.subarray(Math.max(0, length - 8), length)];
      const without = last.map((cell) => {
        const shorter = open.ranker.rank([{ history: withoutCell(history, cell), ...asked }])[0] as RankedList;
        return new Map(shorter.items.map(({ itemId, score }) => [itemId, score]));
      });
      for (const { itemId, score, reasons } of list.items) {
        const named = reasons.find(({ kind }) => kind !== 'trending');
        if (named === undefined) continue;
        const drops = without.map((scores) => score - (scores.get(itemId) ?? 0));
        const most = Math.max(...drops);
        const own = last.map((cell, k) => ((deeds[cell] as Deed)[1] === named.subject ? (drops[k] as number) : -1));
        expect(Math.max(...own)).toBeGreaterThan(most - 3e-6);
        // a weight is rounded to millionths: of a score above 1 that is more than a millionth
        const off = named.weight * score - Math.min(score, most);
        if (named.weight > 0) expect(Math.abs(off)).toBeLessThan(3e-6 * Math.max(1, score));
      }
    }),
    { numRuns: 60 },
  );
});

describe("a part's shortcut", () => {
  test.each(open.parts.map((part) => [part.source, part] as const))(
    'of %s gives what scoring the shorter history gives',
    (_, part) => {
      fc.assert(
        fc.property(anyDeeds, fc.boolean(), (deeds, visitEnded) => {
          const asked = { now: NOW, visitEnded };
          const history = historyOf(open.index, deeds);
          const attention = attentionOf(history, NOW);
          const scoresOf = (cell: number) => {
            const shorter = cell === -1 ? history : withoutCell(history, cell);
            const scores = new Float64Array(open.index.size);
            const add = (item: number, value: number) => void (scores[item] = (scores[item] as number) + value);
            part.score({ ...asked, history: shorter, attention: attentionOf(shorter, NOW) }, createScoreSheet(add));
            return scores;
          };
          const events = Int32Array.from({ length: attention.length }, (__, k) => k);
          const expected = [...events].map((event) => scoresOf(attention.cells[event] as number));
          const now = scoresOf(-1);
          const size = open.index.size;
          const candidates = {
            length: size,
            items: Int32Array.from({ length: size }, (__, i) => i),
            slot: (item: number) => item,
          };
          const out = new Float64Array(events.length * size).fill(7);
          part.without?.({ ...asked, history, attention }, candidates, now, events, out);
          // an item that the part names only without the event is no candidate through it: shortlists hold what is named now
          for (let k = 0; k < events.length; k += 1)
            for (let item = 0; item < size; item += 1)
              if ((now[item] as number) > 0) expect(out[k * size + item]).toBeCloseTo(expected[k]?.[item] as number, 9);
        }),
        { numRuns: 60 },
      );
    },
  );

  test('changes nothing in a list: a ranker whose parts have none explains alike', () => {
    const { index, features } = open;
    const configuration = { ...defaultConfiguration, listSize: 20 };
    const slow = open.parts.map((part) => ({ source: part.source, score: part.score }));
    const [quick, plain] = [open.parts, slow].map((parts) => createRanker({ parts, index, features, configuration }));
    fc.assert(
      fc.property(anyDeeds, (deeds) => {
        const requests = [{ history: historyOf(index, deeds), now: NOW }];
        const said = (list: RankedList | undefined) =>
          list?.items.map(({ itemId, source, score, reasons }) => [
            itemId,
            source,
            score,
            reasons.map(({ kind }) => kind),
          ]);
        const [a, b] = [quick?.rank(requests)[0], plain?.rank(requests)[0]];
        expect(said(b)?.map((item) => item.slice(0, 3))).toEqual(said(a)?.map((item) => item.slice(0, 3)));
        a?.items.forEach(({ reasons }, i) => {
          // equal falls may be named in another order where floats differ in their last bit
          const [mine, theirs] = [reasons, b?.items[i]?.reasons ?? []].map((list) => list.map(({ weight }) => weight));
          expect(theirs).toHaveLength(mine?.length as number);
          mine?.forEach((weight, r) => expect(theirs?.[r]).toBeCloseTo(weight, 4));
        });
      }),
      { numRuns: 40 },
    );
  });
});

test.each([
  ['search', 'golden tea', 'content', 'searched'],
  ['cart', idOf(1, 1), 'covisit', 'carted'],
  ['view', idOf(1, 1), 'covisit', 'viewed'],
  ['view', idOf(1, 1), 'neighbours', 'similar_sessions'],
  ['purchase', idOf(1, 1), 'copurchase', 'bought'],
  ['purchase', idOf(1, 1), 'history', 'own_history'],
] as const)('%s of %s speaks through %s as "%s"', (type, what, source, kind) => {
  const alone = openShop({
    configuration: { weights: { [source]: 1 }, repurchaseDays: 0 },
  });
  const history = historyOf(alone.index, [[type, what, 0]]);
  const [first] = (alone.ranker.rank([{ history, now: NOW }])[0] as RankedList).items;
  expect(first?.source).toBe(source);
  expect(first?.reasons).toEqual([{ kind, subject: what, weight: 1 }]);
  expect(kindOf[type] === kind || ['similar_sessions', 'own_history'].includes(kind)).toBe(true);
  expect(eventTypes).toContain(type);
});

test('only the last eight events are looked at, and each thing is named once', () => {
  const deeds: Deed[] = [
    ['view', idOf(0, 5), 9],
    ...Array.from({ length: 8 }, (_, n): Deed => ['view', idOf(3, 5), 8 - n]),
  ];
  const history = historyOf(open.index, deeds);
  const { items } = open.ranker.rank([{ history, now: NOW }])[0] as RankedList;
  for (const { reasons } of items) {
    const subjects = reasons.map(({ subject }) => subject);
    expect(subjects).not.toContain(idOf(0, 5));
    expect(new Set(subjects).size).toBe(subjects.length);
  }
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createScoreSheet } from './score-sheet.ts';
import { indexSessions, type Sessions } from './session-index.ts';
import { createSessionNeighbours, type NeighbourOptions } from './session-neighbours.ts';

const HOUR_MS = 3_600_000;
const sessionsOf = (lists: readonly (readonly number[])[]): Sessions => {
  const rowStart = [0];
  for (const list of lists) rowStart.push((rowStart.at(-1) as number) + list.length);
  return {
    rowStart: Int32Array.from(rowStart),
    columns: Int32Array.from(lists.flat()),
    endedAt: Float64Array.from(lists, (_, at) => at * HOUR_MS),
  };
};

const ITEMS = 8;
const options: NeighbourOptions = { perItem: 3, halfLifeMs: 4 * HOUR_MS, power: 2, fade: 0.3, doubt: 3, reach: 2 };

test('by hand: postings hold the newest sessions of an item, at its last place', () => {
  const index = indexSessions(
    sessionsOf([
      [0, 1],
      [0, 2, 0],
      [1, 0],
      [0, 1],
    ]),
    3,
    3,
  );
  const of = (item: number) =>
    [...index.postingSession.subarray(index.postingStart[item], index.postingStart[item + 1])].map((session, i) => [
      session,
      index.postingPlace[(index.postingStart[item] as number) + i],
    ]);
  expect(of(0)).toEqual([
    [3, 0],
    [2, 1],
    [1, 2],
  ]);
  expect(of(1)).toEqual([
    [3, 1],
    [2, 0],
    [0, 1],
  ]);
  expect(of(2)).toEqual([[1, 1]]);
  // ln(1 + 4/4), ln(1 + 4/3), ln(1 + 4/1), over their mean by click: 5 × item 0, 3 × item 1, 1 × item 2
  const raw = [Math.log(2), Math.log(7 / 3), Math.log(5)] as const;
  const mean = (5 * raw[0] + 3 * raw[1] + raw[2]) / 9;
  raw.forEach((value, item) => expect(index.idf[item]).toBeCloseTo(value / mean, 12));
});

/** The formula of the header, as it stands there: sums over sessions and events, no shortcuts. */
const brute = (
  lists: readonly (readonly number[])[],
  given: NeighbourOptions,
  items: readonly number[],
  weights: readonly number[],
) => {
  const clicks = lists.flat();
  const support = (item: number) => lists.filter((list) => list.includes(item)).length;
  const rarity = (item: number) => Math.log(1 + lists.length / support(item));
  const mean = clicks.reduce((sum, item) => sum + rarity(item), 0) / clicks.length;
  const newest = (item: number) =>
    lists.flatMap((list, session) => (list.includes(item) ? [session] : [])).slice(-given.perItem);
  const events = items.flatMap((item, e) =>
    item >= 0 && support(item) > 0 ? [{ item, weight: ((weights[e] as number) * rarity(item)) / mean }] : [],
  );
  const scores = new Float64Array(ITEMS);
  let total = 0;
  let found = 0;
  lists.forEach((list, session) => {
    const hits = events.filter(({ item }) => newest(item).includes(session));
    if (hits.length === 0) return;
    found += 1;
    const recency = 2 ** (-(lists.length - 1 - session) / 4);
    const likeness = hits.reduce((sum, { weight }) => sum + weight, 0);
    total += recency * likeness ** given.power;
    list.forEach((item, place) => {
      for (const hit of hits) {
        const distance = Math.abs(place - list.lastIndexOf(hit.item));
        if (distance === 0 || distance > given.reach) continue;
        const nearness = 1 / (1 + (distance - 1) * given.fade);
        scores[item] = (scores[item] as number) + recency * likeness ** (given.power - 1) * hit.weight * nearness;
      }
    });
  });
  return scores.map((score) => (total > 0 ? ((found / (found + given.doubt)) * score) / total : 0));
};

const item = fc.integer({ min: 0, max: ITEMS - 1 });
const lists = fc.array(fc.array(item, { minLength: 2, maxLength: 6 }), { minLength: 1, maxLength: 10 });
const events = fc.array(fc.tuple(fc.integer({ min: -1, max: ITEMS - 1 }), fc.integer({ min: 1, max: 9 })), {
  minLength: 1,
  maxLength: 6,
});

describe('against the formula', () => {
  const scoresOf = (
    neighbours: ReturnType<typeof createSessionNeighbours>,
    items: readonly number[],
    weights: readonly number[],
  ) => {
    const scores = new Float64Array(ITEMS);
    const sheet = createScoreSheet((at, value) => void (scores[at] = (scores[at] as number) + value));
    neighbours.score(Int32Array.from(items), Float64Array.from(weights), items.length, 1, sheet);
    return scores;
  };

  test('scores are those that it gives, for one subject after another', () => {
    fc.assert(
      fc.property(
        lists,
        fc.array(events, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(1, 2, 3),
        (sessions, subjects, power) => {
          const given = { ...options, power };
          const neighbours = createSessionNeighbours(sessionsOf(sessions), ITEMS, given);
          for (const subject of subjects) {
            const [items, weights] = [subject.map(([i]) => i), subject.map(([, w]) => w / 4)];
            const expected = brute(sessions, given, items, weights);
            scoresOf(neighbours, items, weights).forEach((score, at) =>
              expect(score).toBeCloseTo(expected[at] as number, 9),
            );
          }
        },
      ),
    );
  });

  test('without an event they are what they are when it is left out', () => {
    fc.assert(
      fc.property(lists, events, fc.constantFrom(1, 2, 3), (sessions, subject, power) => {
        const given = { ...options, power };
        const neighbours = createSessionNeighbours(sessionsOf(sessions), ITEMS, given);
        const [items, weights] = [subject.map(([i]) => i), subject.map(([, w]) => w / 4)];
        scoresOf(neighbours, items, weights);
        const asked = Int32Array.from(subject.keys()).reverse();
        const candidates = {
          length: ITEMS - 1,
          items: Int32Array.from({ length: ITEMS - 1 }, (_, s) => s + 1),
          slot: (i: number) => i - 1,
        };
        const out = new Float64Array(asked.length * candidates.length).fill(99);
        neighbours.without(asked, candidates, out);
        asked.forEach((event, k) => {
          const expected = brute(
            sessions,
            given,
            items.map((i, e) => (e === event ? -1 : i)),
            weights,
          );
          for (let slot = 0; slot < candidates.length; slot += 1)
            expect(out[k * candidates.length + slot]).toBeCloseTo(expected[slot + 1] as number, 9);
        });
      }),
    );
  });
});

test('no sessions, unknown items and a thousand neighbours are no trouble', () => {
  const none = createSessionNeighbours(
    { rowStart: new Int32Array(0), columns: new Int32Array(0), endedAt: new Float64Array(0) },
    3,
    options,
  );
  const sheet = createScoreSheet(() => expect.unreachable());
  none.score(Int32Array.of(0, 7, -1), Float64Array.of(1, 1, 1), 3, 1, sheet);
  none.without(Int32Array.of(0), { length: 0, items: new Int32Array(0), slot: () => -1 }, new Float64Array(0));

  const many = createSessionNeighbours(sessionsOf(Array.from({ length: 5000 }, () => [0, 1])), 2, {
    ...options,
    perItem: 5000,
  });
  let sum = 0;
  const counting = createScoreSheet((at, value) => void (sum += at === 1 ? value : 0));
  many.score(Int32Array.of(0), Float64Array.of(1), 1, 1, counting);
  expect(sum).toBeCloseTo(5000 / 5003, 6);
});

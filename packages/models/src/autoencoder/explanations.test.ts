import { expect, test } from 'vitest';
import type { SparseRows } from '../item-graph.ts';
import { createRandom } from '../training/random.ts';
import { explainBags, type UserEvents } from './explanations.ts';
import { bagsOf, ITEMS, shape } from './groups.fixture.ts';
import { createAutoencoderScorer } from './scorer.ts';
import { initialWeights } from './shape.ts';

const COLUMNS = ITEMS + 6;
const model = { shape: { ...shape, columns: COLUMNS }, weights: initialWeights({ ...shape, columns: COLUMNS }, 5) };
const random = createRandom(7, 903);

/** Events of an item and a side column each; items come back, so that one event's column is also another's. */
const eventsLike = (lengths: readonly number[]): UserEvents => {
  const rowStart = new Int32Array(lengths.length + 1);
  lengths.forEach((length, user) => void (rowStart[user + 1] = (rowStart[user] as number) + length));
  const rows = bagsOf(
    Array.from({ length: rowStart.at(-1) as number }, () => [random.below(ITEMS / 3), ITEMS + random.below(6)]),
  );
  rows.weights.forEach((_, at) => void (rows.weights[at] = 0.5 + random.next()));
  return { rowStart, rows };
};
const lengths = [3, 0, 1, 20, 8, 9, 2];
const events = eventsLike(lengths);
const explained = lengths.map((_, user) => ({ user, items: Int32Array.of(4, 29, user) }));

/** The bag of some events, written out. */
const bagOf = (chosen: readonly number[]): SparseRows => {
  const sums = new Map<number, number>();
  for (const event of chosen)
    for (let at = events.rows.rowStart[event] as number; at < (events.rows.rowStart[event + 1] as number); at += 1) {
      const column = events.rows.columns[at] as number;
      sums.set(column, (sums.get(column) ?? 0) + (events.rows.weights[at] as number));
    }
  return { ...bagsOf([[...sums.keys()]]), weights: Float32Array.from(sums.values()) };
};

test('the scores minus those of a bag without the event, of the last eight, the same bits in any batch', async () => {
  const single = await createAutoencoderScorer(model, { batch: 1, threads: 1 });
  const scoresOf = async (chosen: readonly number[], items: Int32Array) => {
    const { scores } = await single.score(bagOf(chosen), Int32Array.of(0));
    return Array.from(items, (item) => scores[item] as number);
  };
  const expected = [];
  for (const { user, items } of explained) {
    const all = Array.from({ length: lengths[user] as number }, (_, at) => (events.rowStart[user] as number) + at);
    const whole = await scoresOf(all, items);
    const left = all.slice(-8);
    const contributions: number[] = [];
    for (const event of left) {
      const without = await scoresOf(
        all.filter((other) => other !== event),
        items,
      );
      contributions.push(...whole.map((score, at) => score - (without[at] as number)));
    }
    expected.push({ events: Int32Array.from(left), contributions: Float32Array.from(contributions) });
  }
  await single.close();
  expect(expected.map(({ contributions }) => contributions.length)).toEqual([9, 0, 3, 24, 24, 24, 6]);
  for (const batch of [1, 4, 64]) {
    const scorer = await createAutoencoderScorer(model, { batch, threads: batch === 64 ? 2 : 1 });
    expect(await explainBags(scorer, batch, events, explained)).toEqual(expected);
    const last = explained.slice(-1);
    expect(await explainBags(scorer, batch, events, last)).toEqual(expected.slice(-1));
    await scorer.close();
  }
});

test('a user with 10,000 events is explained by the last eight', async () => {
  const long = eventsLike([10_000]);
  const scorer = await createAutoencoderScorer(model, { batch: 9, threads: 1 });
  const [found] = await explainBags(scorer, 9, long, [{ user: 0, items: Int32Array.of(1) }]);
  expect([...(found?.events ?? [])]).toEqual([9992, 9993, 9994, 9995, 9996, 9997, 9998, 9999]);
  expect(found?.contributions.every(Number.isFinite)).toBe(true);
  await scorer.close();
});

test('users and items that do not exist are named', async () => {
  const scorer = await createAutoencoderScorer(model, { batch: 4, threads: 1 });
  const ask = (user: number, item: number) => explainBags(scorer, 4, events, [{ user, items: Int32Array.of(item) }]);
  await expect(ask(7, 0)).rejects.toThrow('no user 7 of 7');
  await expect(ask(-1, 0)).rejects.toThrow('no user -1 of 7');
  await expect(ask(0, ITEMS)).rejects.toThrow(`no item ${ITEMS} of ${ITEMS}`);
  await scorer.close();
});

import { expect, test } from 'vitest';
import { BLOCK } from '../serving/top-items-program.ts';
import { untrainedRecurrent } from '../testing.ts';
import { createRandom } from '../training/random.ts';
import { softmaxAt } from './calibration.ts';
import { nextPurchase } from './next-purchase.ts';
import { createRecurrentOpinions } from './opinions.ts';
import { chanceOf, type PurchaseShares } from './purchase-shares.ts';
import { createRecurrentScorer } from './scorer.ts';

/** What a run of opinions tells of next purchases, against softmax and a sort over all scores. */

const ITEMS = 6001;
const ROWS = 9;
const [VIEW, PURCHASE] = [0, 2];
const model = untrainedRecurrent({ items: ITEMS, types: 3, width: 32, blocks: 2, lags: 4 }, 5);
model.weights['bias']?.forEach((_, at, bias) => void (bias[at] = 3 * Math.sin(at)));

const statesOf = async () => {
  const scorer = await createRecurrentScorer(model, { batch: ROWS, threads: 1 });
  const random = createRandom(4, 905);
  const lists = Array.from({ length: ROWS }, (_, row) => Array.from({ length: row }, () => random.below(ITEMS)));
  const rowStart = new Int32Array(ROWS + 1);
  lists.forEach((list, row) => void (rowStart[row + 1] = (rowStart[row] as number) + list.length));
  const events = { rowStart, items: Int32Array.from(lists.flat()), types: new Uint8Array(lists.flat().length) };
  const states = await scorer.fold(
    events,
    Int32Array.from(lists, (_, row) => row),
  );
  const scores = (await scorer.score(states, PURCHASE)).slice();
  await scorer.close();
  return { states, scores, stateSize: scorer.stateSize };
};
const { states, scores, stateSize } = await statesOf();
const scoresOf = (row: number) => scores.subarray(row * ITEMS, (row + 1) * ITEMS);
const rowOf = ({ shares, places, totals, maxima }: PurchaseShares, row: number) => {
  const count = maxima.length / totals.length;
  return {
    shares: [...shares.subarray(row * places, (row + 1) * places)],
    total: totals[row] as number,
    maxima: [...maxima.subarray(row * count, (row + 1) * count)],
  };
};

test.each([0.4, 1, 2.5])(
  'chances sum to one and are those of softmax, the best the best (temperature %d)',
  async (temperature) => {
    const opinions = await createRecurrentOpinions(model, { batch: 16, threads: 1, temperature });
    const { shares } = await opinions.opineWithPurchases(states, VIEW, PURCHASE);
    const calibration = {
      temperature,
      isotonic: { from: Float64Array.of(0, 1e-3), heights: Float64Array.of(0.25, 0.75) },
    };
    const chances = new Float32Array(ITEMS);
    for (let row = 0; row < ROWS; row += 1) {
      softmaxAt(scoresOf(row), temperature, chances);
      const told = rowOf(shares, row);
      const own = told.shares.slice(0, ITEMS).map((share) => share / told.total);
      expect(own.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 9);
      own.forEach((chance, item) => {
        expect(Math.abs(chance - (chances[item] as number))).toBeLessThan(1e-4 * (chances[item] as number) + 1e-9);
      });
      expect(told.shares.slice(ITEMS).every((share) => share === 0)).toBe(true);
      const slow = nextPurchase(scoresOf(row), calibration, 5);
      const best = [...own.keys()].sort((a, b) => (own[b] as number) - (own[a] as number)).slice(0, 5);
      expect(best).toEqual([...slow.items]);
      const highest = told.maxima.indexOf(Math.max(...told.maxima));
      expect(highest).toBe(Math.floor((best[0] as number) / BLOCK));
      expect(best.map((item) => chanceOf(calibration, told.shares[item] as number, told.total))).toEqual([
        ...slow.chances,
      ]);
    }
    await opinions.close();
  },
);

test('the same bits in any batch and with any threads, and the opinions of one who does not ask', async () => {
  const one = await createRecurrentOpinions(model, { batch: 1, threads: 1, temperature: 0.7 });
  const many = await createRecurrentOpinions(model, { batch: 32, threads: 2, temperature: 0.7 });
  const plain = await createRecurrentOpinions(model, { batch: 32, threads: 1 });
  const together = await many.opineWithPurchases(states, VIEW, PURCHASE);
  const found = await plain.opine(states, VIEW);
  for (let row = 0; row < ROWS; row += 1) {
    const alone = await one.opineWithPurchases(states.subarray(row * stateSize, (row + 1) * stateSize), VIEW, PURCHASE);
    expect(rowOf(alone.shares, 0)).toEqual(rowOf(together.shares, row));
    const { places } = found;
    const roots = found.roots.subarray(row * places, (row + 1) * places);
    expect(together.roots.roots.subarray(row * places, (row + 1) * places)).toEqual(roots);
    expect(alone.roots.roots.subarray(0, places)).toEqual(roots);
    expect(together.roots.means[row]).toBe(found.means[row]);
    expect(together.roots.scales[row]).toBe(found.scales[row]);
  }
  await expect(plain.opineWithPurchases(states, VIEW, PURCHASE)).rejects.toThrow('without a temperature');
  for (const each of [one, many, plain]) await each.close();
});

import { describe, expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { createApproximateTopItemsScorer } from './approximate-top-items.ts';
import { createTopItemsScorer } from './top-items.ts';

const [ITEMS, WIDTH, QUERIES, TOP] = [3000, 16, 50, 10];
const normal = (length: number, purpose: number) => {
  const values = new Float32Array(length);
  createRandom(1, purpose).fillNormal(values);
  return values;
};
/** Lengths differ up to tenfold: what a metric that looks at directions alone gets wrong. */
const skewed = () => {
  const [vectors, logs] = [normal(ITEMS * WIDTH, 1), normal(ITEMS, 2)];
  return vectors.map((value, at) => value * Math.exp(0.5 * (logs[Math.floor(at / WIDTH)] as number)));
};

describe('the best few out of candidates', () => {
  const catalogue = { vectors: skewed(), width: WIDTH };
  const queries = normal(QUERIES * WIDTH, 4);

  test('are nearly all of the exact best, with their exact scores in order, the same in every build', async () => {
    const found = [];
    for (const create of [
      () => createTopItemsScorer(catalogue, { top: TOP, batch: QUERIES, threads: 1 }),
      () => createApproximateTopItemsScorer(catalogue, { top: TOP, candidates: 100 }),
      () => createApproximateTopItemsScorer(catalogue, { top: TOP, candidates: 100 }),
    ]) {
      const scorer = await create();
      found.push(await scorer.score(queries));
      await scorer.close();
    }
    const [exact, near, again] = found as [(typeof found)[0], (typeof found)[0], (typeof found)[0]];
    expect(again).toEqual(near);
    let [hits, scoresAgree] = [0, true];
    for (let row = 0; row < QUERIES; row += 1) {
      const place = (at: number) => row * TOP + at;
      const truth = new Map(Array.from({ length: TOP }, (_, at) => [exact.items[place(at)], exact.scores[place(at)]]));
      for (let at = 0; at < TOP; at += 1) {
        const score = near.scores[place(at)] as number;
        const known = truth.get(near.items[place(at)]);
        if (known !== undefined) hits += 1;
        if (Math.abs((known ?? score) - score) > 1e-4) scoresAgree = false;
        if (at > 0) expect(near.scores[place(at - 1)]).toBeGreaterThanOrEqual(score);
      }
    }
    expect(scoresAgree).toBe(true);
    expect(hits / (QUERIES * TOP)).toBeGreaterThan(0.95);
  });

  test('equal scores are in the order of item numbers, and all places are filled', async () => {
    const same = { vectors: new Float32Array(40 * WIDTH).fill(1), width: WIDTH };
    for (const candidates of [TOP, 1000]) {
      const scorer = await createApproximateTopItemsScorer(same, { top: TOP, candidates });
      const { items } = await scorer.score(new Float32Array(WIDTH).fill(1));
      expect(items).toEqual(items.toSorted());
      expect(new Set(items).size).toBe(TOP);
    }
  });

  test('where the graph leads to fewer items than are wanted, all are looked at', async () => {
    const scorer = await createApproximateTopItemsScorer(catalogue, { top: ITEMS, candidates: ITEMS });
    const { items } = await scorer.score(queries.subarray(0, WIDTH));
    expect(new Set(items).size).toBe(ITEMS);
  });

  test('progress goes up to all items; what does not fit is named', async () => {
    const seen: number[] = [];
    const scorer = await createApproximateTopItemsScorer(
      { vectors: new Float32Array(30).fill(1), width: 3 },
      { top: 2, candidates: 5, onProgress: (added) => void seen.push(added) },
    );
    expect(seen).toEqual([10]);
    await expect(scorer.score(new Float32Array(4))).rejects.toThrow('4 numbers are no queries of 3');
    await expect(scorer.score(new Float32Array(3).fill(NaN))).rejects.toThrow('queries[0] is NaN');
    expect((await scorer.score(new Float32Array(0))).items).toHaveLength(0);
    await expect(createApproximateTopItemsScorer(catalogue, { top: 20, candidates: 5 })).rejects.toThrow(
      'the best 20 of 5 candidates',
    );
  });
});

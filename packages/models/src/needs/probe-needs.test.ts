import { describe, expect, test } from 'vitest';
import { fitEdlae } from '../linear/edlae.ts';
import { createRandom } from '../training/random.ts';
import { bagsOf, ITEMS, NEEDS, plantedUsers } from './needs.fixture.ts';
import { denseRows, probeNeeds } from './probe-needs.ts';
import { edlaeFactors, pcaFactors } from './user-factors.ts';

const { bags, truth } = plantedUsers(400);
const svd = { rank: 6, seed: 1, threads: 1 };

describe('a probe of needs', () => {
  test('finds what was planted, in counts and in factors, and little in noise', async () => {
    const counts = probeNeeds(bags, ITEMS, truth, { seed: 1 });
    expect(counts.r2).toBeGreaterThan(0.75);
    expect(counts.correlation).toBeGreaterThan(0.85);
    expect(counts.perNeed).toHaveLength(NEEDS);
    const edlae = await fitEdlae(bags, ITEMS, { lambda: 50, dropout: 0.3, keep: ITEMS, threads: 1 });
    for (const factors of [await pcaFactors(bags, ITEMS, svd), await edlaeFactors(edlae, bags, svd)]) {
      const found = probeNeeds(denseRows(factors), factors.width, truth, { seed: 1 });
      expect(found.r2).toBeGreaterThan(0.7);
      expect(found.rows).toEqual(counts.rows);
    }
    const noise = new Float32Array(400 * 8);
    createRandom(3, 1).fillNormal(noise);
    const none = probeNeeds(denseRows({ values: noise, width: 8 }), 8, truth, { seed: 1 });
    expect(Math.abs(none.r2)).toBeLessThan(0.1);
  });

  test("figures are of rows that were held out: memory of the others' truth is worth nothing", () => {
    // a column for each user: what was learned of it says nothing of anybody else
    const own = bagsOf(Array.from({ length: 400 }, (_, user) => [user]));
    expect(probeNeeds(own, 400, truth, { seed: 1 }).r2).toBeLessThan(0.01);
  });

  test('r² is that of the errors; the same seed gives the same bits', () => {
    const found = probeNeeds(bags, ITEMS, truth, { seed: 4 });
    expect(found.rows).toHaveLength(120);
    const held = new Set(found.rows);
    const learnt = Array.from({ length: 400 }, (_, user) => user).filter((user) => !held.has(user));
    const means = Array.from({ length: NEEDS }, (_, need) =>
      learnt.reduce((sum, user) => sum + (truth.values[user * NEEDS + need] as number) / learnt.length, 0),
    );
    let spread = 0;
    for (const user of found.rows)
      means.forEach((mean, need) => void (spread += ((truth.values[user * NEEDS + need] as number) - mean) ** 2));
    const errors = found.squaredErrors.reduce((sum, value) => sum + value, 0);
    expect(found.r2).toBeCloseTo(1 - errors / spread, 12);
    expect(probeNeeds(bags, ITEMS, truth, { seed: 4 })).toEqual(found);
  });

  test('a penalty at the edge of what was tried is told', () => {
    expect(probeNeeds(bags, ITEMS, truth, { seed: 1, lambdas: [1e4, 1e6] }).isAtEdge).toBe(true);
  });

  test('numbers that are none, other users and too few of them are named', () => {
    const broken = { values: truth.values.slice(), width: NEEDS };
    broken.values[7] = NaN;
    expect(() => probeNeeds(bags, ITEMS, broken, { seed: 1 })).toThrow('true needs: row 2 has NaN in column 1');
    expect(() => denseRows({ values: Float32Array.of(1, Infinity), width: 2 })).toThrow('features: row 0 has Infinity');
    expect(() => probeNeeds(bagsOf([[0]]), ITEMS, truth, { seed: 1 })).toThrow(
      'features of 1 users, true needs of 400',
    );
    expect(() => probeNeeds(bags, 3, truth, { seed: 1 })).toThrow('of 3');
    const few = plantedUsers(19);
    expect(() => probeNeeds(few.bags, ITEMS, few.truth, { seed: 1 })).toThrow('19 users are too few');
  });
});

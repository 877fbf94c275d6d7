import { describe, expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { decideGate, type GateEvidence, gateDefaults } from './gate.ts';

const SUBJECTS = 2000;
const options = { ...gateDefaults, resamples: 400, looksPerDay: 1 };

/** NDCG@20 of subjects with one target: a model finds it at some rank below 20, or not. */
const GAINS = Float64Array.from({ length: 20 }, (_, rank) => 1 / Math.log2(rank + 2));

/**
 * A pool of subjects as sessions have them: half are easy, half are hard, and two models of the same kind agree on most.
 * `draw(hit)` gives a model that finds a subject's target with a chance of its ease times `hit`.
 */
const subjectsOf = (seed: number) => {
  const random = createRandom(seed, 1);
  const ease = Float64Array.from({ length: SUBJECTS }, () => (random.next() < 0.5 ? 0.7 : 0.15));
  const shared = Float64Array.from({ length: SUBJECTS }, () => random.next());
  const rank = Int32Array.from({ length: SUBJECTS }, () => random.below(20));
  return {
    draw: (hit: number, agreement = 0.8) =>
      ease.map((chance, at) => {
        const luck = random.next() < agreement ? (shared[at] as number) : random.next();
        return luck < chance * hit ? (GAINS[rank[at] as number] as number) : 0;
      }),
  };
};

const nothing = { popularity: new Float64Array(SUBJECTS) };
const evidence = (parts: Partial<GateEvidence> & Pick<GateEvidence, 'challenger' | 'anchor'>): GateEvidence => ({
  champion: parts.anchor,
  baselines: nothing,
  newer: true,
  looksToday: 0,
  seed: 1,
  ...parts,
});

const shareOf = (holds: (seed: number) => boolean, runs = 200): number =>
  Array.from({ length: runs }, (_, seed) => holds(seed + 1)).filter(Boolean).length / runs;

/** 5 % and what chance adds to 200 draws in 99 of 100 cases. */
const CEILING = 0.05 + 2.33 * Math.sqrt((0.05 * 0.95) / 200);

describe('200 null challengers', () => {
  test('the same model of another seed, over the same behaviour, passes in no more cases than alpha', () => {
    const share = shareOf((seed) => {
      const { draw } = subjectsOf(seed);
      const challenge = evidence({ challenger: draw(1), anchor: draw(1), newer: false, seed });
      return decideGate(challenge, options).verdict === 'pass';
    });
    expect(share).toBeLessThanOrEqual(CEILING);
    expect(share).toBeGreaterThan(0); // a gate that never opens would pass this test as well
  });

  test('a model that has lost the whole margin passes in no more cases than alpha', () => {
    const share = shareOf((seed) => {
      const { draw } = subjectsOf(seed);
      return (
        decideGate(evidence({ challenger: draw(1 - options.margin), anchor: draw(1), seed }), options).verdict ===
        'pass'
      );
    });
    expect(share).toBeLessThanOrEqual(CEILING);
  });

  test('a model whose labels were shuffled never passes', () => {
    const share = shareOf((seed) => {
      const { draw } = subjectsOf(seed);
      const anchor = draw(1);
      const random = createRandom(seed, 2);
      const challenger = anchor.map(() => (random.next() < 20 / 5000 ? (GAINS[random.below(20)] as number) : 0));
      return decideGate(evidence({ challenger, anchor, seed }), options).verdict === 'pass';
    }, 20);
    expect(share).toBe(0);
  });
});

test('a better model passes, is superior, and says why', () => {
  const { draw } = subjectsOf(1);
  const decision = decideGate(
    evidence({ challenger: draw(1.3), anchor: draw(1), baselines: { popularity: draw(0.2), EDLAE: draw(0.9) } }),
    { ...options, resamples: 2000 },
  );
  expect(decision).toMatchObject({ verdict: 'pass', superior: true, alphaSpent: 0.05 });
  expect(decision.reasons.map((line) => line.replace(/[+−][\d.]+/, 'x'))).toEqual([
    'not inferior to the anchor: at least x above 98 % of it (alpha 0.05)',
    'beats popularity by at least x',
    'beats EDLAE by at least x',
    'better than the champion: at least x (alpha 0.050)',
  ]);
});

test('a margin of a fraction of a percent is told as what it is', () => {
  const all = new Float64Array(SUBJECTS).fill(0.5);
  const { reasons } = decideGate(evidence({ challenger: all, anchor: all }), { ...options, margin: 0.004 });
  expect(reasons[0]).toBe('not inferior to the anchor: at least +0.00200 above 99.6 % of it (alpha 0.05)');
});

test('who is no worse passes with newer behaviour, and is told what is missing without', () => {
  const { draw } = subjectsOf(6);
  const [anchor, champion] = [draw(1), draw(1.3)];
  const challenge = evidence({ challenger: champion, anchor, champion });
  expect(decideGate(challenge, options)).toMatchObject({ verdict: 'pass', superior: false });
  const stale = decideGate({ ...challenge, newer: false }, options);
  expect(stale.verdict).toBe('reject');
  expect(stale.reasons.at(-1)).toMatch(/nothing newer/);
});

test('one baseline that is not beaten is enough to be rejected', () => {
  const { draw } = subjectsOf(2);
  const anchor = draw(1);
  const decision = decideGate(
    evidence({ challenger: anchor, anchor, baselines: { ...nothing, EDLAE: anchor } }),
    options,
  );
  expect(decision).toMatchObject({ verdict: 'reject', superior: false });
  expect(decision.reasons[2]).toMatch(/^does not beat EDLAE/);
});

test('small losses do not add up: the champion may be worse than the anchor, the challenger may not', () => {
  const { draw } = subjectsOf(3);
  const [anchor, champion] = [draw(1), draw(0.6)];
  expect(decideGate(evidence({ challenger: champion, anchor, champion }), options).verdict).toBe('reject');
});

test('it waits below 2,000 subjects, and claims nothing when the day is spent', () => {
  const few = new Float64Array(1999).fill(1);
  const waiting = decideGate(evidence({ challenger: few, anchor: few, baselines: { none: few } }));
  expect(waiting).toEqual({
    verdict: 'wait',
    superior: false,
    alphaSpent: 0,
    reasons: ['waits: 1999 subjects of 2000'],
  });

  const { draw } = subjectsOf(4);
  const spent = decideGate(evidence({ challenger: draw(1.4), anchor: draw(1), looksToday: 1 }), options);
  expect(spent).toMatchObject({ verdict: 'pass', superior: false, alphaSpent: 0 });
  expect(spent.reasons.at(-1)).toMatch(/1 looks have spent/);
});

test('other subjects, no baseline and too few resamples are errors', () => {
  const { draw } = subjectsOf(5);
  const challenger = draw(1);
  expect(() => decideGate(evidence({ challenger, anchor: new Float64Array(3) }), options)).toThrow(RangeError);
  expect(() => decideGate(evidence({ challenger, anchor: challenger, baselines: {} }), options)).toThrow('no baseline');
  expect(() => decideGate(evidence({ challenger, anchor: challenger }), { ...options, resamples: 10 })).toThrow(
    'too few',
  );
});

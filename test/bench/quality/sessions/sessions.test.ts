import { decideGate, gateDefaults } from '@nextcart/models';
import { describe, expect, test } from 'vitest';
import { dataFolder } from '../command.ts';
import { meanOf } from '../intervals.ts';
import type { QualityBench } from '../quality-bench.ts';
import { createRandom } from '../random.ts';
import { digineticaBench, yoochooseBench } from './benches.ts';
import { packSessions, prefixesOf, thin } from './data.ts';

test('every prefix of a session, without items that are not known', () => {
  const prefixes = prefixesOf([Int32Array.of(1, 9, 2, 2), Int32Array.of(9, 3)], (item) => item !== 9);
  expect(prefixes.map(({ query, target }) => [...query, -1, target])).toEqual([
    [1, -1, 2],
    [1, 2, -1, 2],
  ]);
  expect(thin([0, 1, 2, 3, 4, 5], 3)).toEqual([0, 2, 4]);
  expect([...packSessions([Int32Array.of(4, 5), Int32Array.of(6)]).rowStart]).toEqual([0, 2, 3]);
});

const quickRun = (bench: QualityBench) =>
  bench.run({
    dataFolder: dataFolder(),
    quick: true,
    seed: 1,
    threads: 1,
    signal: new AbortController().signal,
    log: () => undefined,
    progress: () => ({ at: () => undefined, done: () => undefined }),
  });

/** Somewhat below what quick runs reach; neighbours that forget a session's order, or its repeats, fall through. */
const floors = [
  {
    bench: digineticaBench,
    hit: { POP: 0.002, 'S-POP': 0.18, 'Item-KNN': 0.22, 'V-SKNN': 0.38, STAN: 0.4, fusion: 0.41 },
  },
  { bench: yoochooseBench, hit: { POP: 0.02, 'S-POP': 0.2, 'Item-KNN': 0.4, 'V-SKNN': 0.5, STAN: 0.5, fusion: 0.52 } },
];

describe.for(floors)('a fifth of $bench.name', { timeout: 120_000 }, ({ bench, hit }) => {
  test('each baseline is worth what it should be, and the gate lets few null challengers through', async (context) => {
    const reason = bench.missing(dataFolder());
    if (reason !== undefined) context.skip(reason);
    const { rows } = await quickRun(bench);
    const found = Object.fromEntries(rows.map(({ name, subjects }) => [name, meanOf(subjects['HR@20'] ?? [])]));
    for (const [name, floor] of Object.entries(hit)) expect(found[name], name).toBeGreaterThan(floor);

    const ndcgOf = (name: string) => rows.find((row) => row.name === name)?.subjects['NDCG@20'] as Float64Array;
    expect(shareOfNullsCalledSuperior(ndcgOf('V-SKNN'), ndcgOf('STAN'))).toBeLessThanOrEqual(NULL_CEILING);
  });
});

const NULLS = 200;
/** 5 %, and what chance adds to 200 draws in 99 of 100 cases. */
const NULL_CEILING = 0.05 + 2.33 * Math.sqrt((0.05 * 0.95) / NULLS);

/**
 * Two models' figures of real subjects, of whom 2,000 are drawn, and whose figure is whose is left to chance: neither
 * model is better, whatever the two were. A whole day's alpha goes into one look.
 */
const shareOfNullsCalledSuperior = (one: Float64Array, other: Float64Array): number => {
  const random = createRandom(1);
  let superior = 0;
  for (let seed = 1; seed <= NULLS; seed += 1) {
    const [challenger, champion] = [new Float64Array(2000), new Float64Array(2000)];
    for (let at = 0; at < challenger.length; at += 1) {
      const subject = Math.floor(random() * one.length);
      const pair = [one[subject] as number, other[subject] as number] as const;
      const swap = random() < 0.5;
      challenger[at] = pair[swap ? 1 : 0];
      champion[at] = pair[swap ? 0 : 1];
    }
    const decision = decideGate(
      // the worst case: nothing but the claim itself stands in the way
      {
        challenger,
        anchor: champion,
        champion,
        baselines: { nothing: new Float64Array(2000) },
        newer: true,
        looksToday: 0,
        seed,
      },
      { ...gateDefaults, margin: 0.9, looksPerDay: 1, resamples: 400 },
    );
    if (decision.superior) superior += 1;
  }
  return superior / NULLS;
};

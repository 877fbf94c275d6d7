import { describe, expect, test } from 'vitest';
import { bootstrapInterval, meanOf, pairedInterval } from './intervals.ts';
import { plotCurves } from './plot.ts';
import type { QualityRow, QualityRun } from './quality-bench.ts';
import { createRandom } from './random.ts';
import { mostPopular, onlyUsers, restrictSplit, spreadRows } from './restrict.ts';
import { gainsOf, summarize } from './summary.ts';
import { formatTable } from './table.ts';

const row = (name: string, kind: QualityRow['kind'], values: readonly number[]): QualityRow => ({
  name,
  kind,
  subjects: { 'NDCG@20': Float64Array.from(values) },
  settings: '',
  seconds: 2,
});
const runOf = (shift: number): QualityRun => ({
  n: { users: 4 },
  rows: [
    row('a', 'baseline', [0, 0.1, 0.2, 0.3]),
    row('b', 'part', [0.1, 0.2, 0.3, 0.4]),
    row(
      'f',
      'fusion',
      [0.1, 0.2, 0.3, 0.4].map((value) => value + shift),
    ),
  ],
  choices: [],
  curves: [],
});

describe('intervals', () => {
  test('hold the mean of 95 of 100 samples, about', () => {
    const random = createRandom(5);
    let held = 0;
    for (let sample = 0; sample < 200; sample += 1) {
      const { low, high } = bootstrapInterval(Float64Array.from({ length: 60 }, random), { resamples: 200 });
      if (low <= 0.5 && high >= 0.5) held += 1;
    }
    expect(held / 200).toBeGreaterThan(0.88);
    expect(held / 200).toBeLessThan(0.99);
  });

  test('of pairs see a difference that the spread between subjects hides', () => {
    const random = createRandom(6);
    const a = Float64Array.from({ length: 200 }, random);
    const b = a.map((value) => value - 0.01);
    const { low, high, mean } = pairedInterval(a, b);
    expect([low, mean, high].map((value) => value.toFixed(4))).toEqual(['0.0100', '0.0100', '0.0100']);
    expect(bootstrapInterval(a).low).toBeLessThan(meanOf(b));
  });

  test('of values that hang together are as wide as those of the groups alone', () => {
    const random = createRandom(7);
    const groups = Float64Array.from({ length: 80 }, random);
    // each group's value five times over: five times as many values, and not a bit more known
    const values = Float64Array.from({ length: 400 }, (_, at) => groups[Math.floor(at / 5)] as number);
    const clusters = Int32Array.from(values, (_, at) => Math.floor(at / 5));
    const { low, high } = bootstrapInterval(values, { clusters });
    const alone = bootstrapInterval(groups);
    expect(low).toBeCloseTo(alone.low, 9);
    expect(high).toBeCloseTo(alone.high, 9);
    // a long group counts as much as its values do: their mean is .75, that of the groups' means .5
    const sizes = Array.from({ length: 200 }, (_, group) => (group % 2 === 0 ? 1 : 3));
    const uneven = bootstrapInterval(
      Float64Array.from(sizes.flatMap((size) => Array.from({ length: size }, () => (size - 1) / 2))),
      { clusters: Int32Array.from(sizes.flatMap((size, group) => Array.from({ length: size }, () => group))) },
    );
    expect(uneven.low).toBeGreaterThan(0.6);
    expect(uneven.low).toBeLessThan(0.75);
    expect(uneven.high).toBeGreaterThan(0.75);
  });
});

test('seeds are averaged by subject, and a fusion is compared with the best other row', () => {
  const runs = [runOf(0.01), runOf(0.03)];
  const [a, , f] = summarize(runs);
  expect(a?.figures['NDCG@20']?.mean).toBeCloseTo(0.15, 9);
  expect(f?.figures['NDCG@20']?.mean).toBeCloseTo(0.27, 9);
  expect(f?.figures['NDCG@20']?.seeds.map((value) => value.toFixed(2))).toEqual(['0.26', '0.28']);
  expect(f?.seconds).toBe(4);
  const [gain] = gainsOf(runs);
  expect(gain).toMatchObject({ fusion: 'f', other: 'b', metric: 'NDCG@20' });
  expect(gain?.mean).toBeCloseTo(0.02, 9);
});

test('a slice is resampled by its own clusters, and nobody wins by coverage', () => {
  const clusters = { name: 'sessions', of: { 'NDCG@20': Int32Array.of(0, 1, 1, 0) } };
  const rows = runOf(0.01).rows.map((row) => ({
    ...row,
    subjects: { ...row.subjects, 'NDCG@20 cold': Float64Array.of(0, 1, 0), 'coverage@20': Float64Array.of(0.5) },
  }));
  const runs = [{ ...runOf(0.01), rows, clusters }];
  const [a] = summarize(runs);
  // two sessions of .15 each: whichever are drawn, their mean is the same
  expect(a?.figures['NDCG@20']?.low).toBeCloseTo(0.15, 9);
  expect(a?.figures['NDCG@20']?.high).toBeCloseTo(0.15, 9);
  expect(a?.figures['NDCG@20 cold']?.low).toBe(0);
  expect(a?.figures['NDCG@20 cold']?.high).toBe(1);
  expect(gainsOf(runs).map(({ metric }) => metric)).toEqual(['NDCG@20', 'NDCG@20 cold']);
});

test('the table marks published figures, defines its metrics and shows what was tried', () => {
  const runs = [runOf(0.01)];
  const text = formatTable({
    bench: 'toy',
    command: 'npm run bench -- quality:toy',
    about: 'A toy.',
    quick: false,
    seeds: [1],
    n: { users: 4 },
    metrics: { 'NDCG@20': 'gains' },
    resampled: 'sessions',
    rows: summarize(runs),
    published: [{ name: 'other', figures: { 'NDCG@20': 0.5 }, source: 'a paper' }],
    notApplicable: [{ name: 'STAN', because: 'there are no times' }],
    gains: gainsOf(runs),
    choices: [{ part: 'b', tried: [{ settings: 'x 1', quality: 0.1 }], chosen: 'x 1' }],
  });
  expect(text).toContain('| other | published | .5000 | a paper |  |');
  expect(text).toMatch(/\| \*\*f\*\* \| fusion \| \.2600 \(\.1\d+ to \.\d+\) \|/);
  expect(text).toContain('| STAN | baseline |  | not applicable, because there are no times |  |');
  expect(text).toContain('- **NDCG@20**: gains');
  expect(text).toContain('by bootstrap over sessions');
  expect(text).toContain('- b: **x 1** out of x 1 .1000');
  expect(text).toContain('- f less b, the best other row in NDCG@20: .0100');
});

test('settings are shown once where all seeds chose alike, else for each seed', () => {
  const chose = (settings: string) => ({ ...runOf(0.01), rows: runOf(0.01).rows.map((row) => ({ ...row, settings })) });
  const settingsOf = (...all: readonly string[]) => summarize(all.map(chose))[0]?.settings;
  expect(settingsOf('x 1', 'x 1')).toBe('x 1');
  expect(settingsOf('x 1', 'x 2')).toBe('seed 1: x 1; seed 2: x 2');
});

test('a plot has a line a curve from the lowest value at the bottom to the highest at the top', () => {
  const svg = plotCurves([{ name: 'a & b', quality: [0.1, 0.3, 0.2] }], 'title');
  expect(svg).toContain('points="64.0,320.0 277.0,24.0 490.0,172.0"');
  expect(svg).toContain('a &amp; b');
});

test('data cut down to some items or users keep what they had of them', () => {
  const bags = {
    rowStart: Int32Array.of(0, 3, 4, 6),
    columns: Int32Array.of(0, 2, 3, 2, 1, 2),
    weights: Float32Array.of(1, 2, 3, 4, 5, 6),
  };
  const fit = { items: 4, bags, recent: Float32Array.of(1, 1, 3, 1) };
  expect([...mostPopular(fit, 2)]).toEqual([0, 2]);
  const task = { name: '', items: 4, k: 20, denominator: 'targets', seen: bags, targets: bags } as const;
  const cut = restrictSplit({ fit, tasks: [task] }, Int32Array.of(2, 3));
  expect(cut.fit.bags).toEqual({
    rowStart: Int32Array.of(0, 2, 3, 4),
    columns: Int32Array.of(0, 1, 0, 0),
    weights: Float32Array.of(2, 3, 4, 6),
  });
  expect([...cut.fit.recent]).toEqual([3, 1]);
  const few = onlyUsers(bags, (user) => user !== 1);
  expect([...few.rowStart]).toEqual([0, 3, 3, 5]);
  expect([...few.weights]).toEqual([1, 2, 3, 5, 6]);
  const rows = { rowStart: Int32Array.of(0, 1, 2), columns: Int32Array.of(1, 0), weights: Float32Array.of(7, 8) };
  expect(spreadRows(rows, Int32Array.of(1, 3), 4)).toEqual({
    rowStart: Int32Array.of(0, 0, 1, 1, 2),
    columns: Int32Array.of(3, 1),
    weights: Float32Array.of(7, 8),
  });
});

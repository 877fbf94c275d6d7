import { expect, test } from 'vitest';
import { commandLine, formatPairs, formatReport, mediansOf, spreadOf } from './report.ts';

test('a metric is spread over the repeats that have it, the median of an even number between the middle two', () => {
  const spread = spreadOf([{ a: 3, b: 1 }, { a: 1 }, { a: 2 }, { a: 10 }]);
  expect(spread).toEqual({ a: { min: 1, median: 2.5, max: 10 }, b: { min: 1, median: 1, max: 1 } });
  expect(mediansOf(spread)).toEqual({ a: 2.5, b: 1 });
});

test('a command is told without folders of the machine', () => {
  expect(commandLine(['scale', '--json', '/somewhere/of/mine/scale.json', '--repeats', '3'])).toBe(
    'npm run bench -- scale --json scale.json --repeats 3',
  );
});

test('a report for people names machine, versions and n, and has a line a metric', () => {
  const text = formatReport({
    bench: 'scale',
    at: '2026-01-01T00:00:00.000Z',
    commit: 'abc',
    command: 'npm run bench -- scale',
    machine: { cores: 2 },
    versions: { node: 'v24' },
    repeats: 3,
    quick: false,
    n: { events: 500 },
    metrics: { p50_ms: 1.5 },
    spread: { p50_ms: { min: 1, median: 1.5, max: 2.25 } },
    runs: [{ p50_ms: 1.5 }, { p50_ms: 1 }, { p50_ms: 2.25 }],
  });
  expect(text).toContain('machine: cores 2\nversions: node v24\nn: repeats 3, events 500\n');
  expect(text).toMatch(/^p50_ms +1 +1\.500 +2\.250$/m);
});

test('what a repeat had is told on one line', () => {
  expect(formatPairs({ p99_ms: 47.123456, events: 60_349 })).toBe('p99_ms 47.12, events 60349');
});

import type { Attribution, AttributionRow } from '@nextcart/clickhouse';
import { expect, test } from 'vitest';
import { parseWhen } from './commands/attribution.ts';
import { renderArms, renderAttribution, renderExplored, renderInterleaving, toJson } from './render-attribution.ts';

const row: AttributionRow = {
  ...{ key: 'r1', subjects: 12, impressions: 1200, clicks: 60, carts: 20, dismissals: 1, purchases: 9 },
  ...{ gross: 1_000_000n, returned: 250_050n, net: 749_950n },
  ctr: { value: 0.05, low: 0.04, high: 0.0625 },
  conversion: { value: 0.15, low: null, high: null },
  revenuePerMille: { value: 62.4958, low: -1.5, high: 126.49 },
};
const found = (parts: Partial<Attribution> = {}): Attribution => ({
  by: { release: [row], source: [], position: [], list: [] },
  leftOut: { 'not listed': 0, 'other subject': 3 },
  ...parts,
});

test('a row says how much, and how sure that is', () => {
  const [text = '', ...rest] = renderAttribution(found(), ['release', 'source']);
  expect(text.split('\n')[1]).toMatch(
    /^r1 +12 +1,200 +60 +5\.00% +4\.00% to 6\.25% +20 +9 +15\.00% +– +74\.995 +62\.50 +-1\.50 to 126\.49$/,
  );
  expect(rest.join('\n')).toContain("3 that name another subject's list");
  expect(renderAttribution(found({ by: { release: [], source: [], position: [], list: [] } }), ['release'])[0]).toMatch(
    /nothing/,
  );
});

test('JSON has exact money as decimals and times as people write them', () => {
  const json = JSON.parse(toJson({ since: 0, until: 1000, attribution: found() })) as {
    since: string;
    attribution: Attribution;
  };
  expect(json.since).toBe('1970-01-01T00:00:00.000Z');
  expect(json.attribution.by.release[0]).toMatchObject({
    net: '74.995',
    ctr: { low: 0.04 },
    conversion: { low: null },
  });
});

test('arms and interleaving name who is ahead, and say undecided while nobody is', () => {
  const arm = { subjects: 5, purchases: 2, net: 0n, purchasesPerSubject: null, revenuePerSubject: null };
  const difference = { value: 0.1, low: -0.1, high: 0.3 };
  const text = renderArms({
    arms: [
      { arm: 'models', ...arm },
      { arm: 'base', ...arm },
    ],
    purchases: { difference, lift: { value: 0.2, low: -0.01, high: 0.5 } },
    revenue: { difference, lift: null },
  }).join('\n');
  expect(text).toContain('lines a subject, models less base: +0.1000, 95 % -0.1000 to +0.3000');
  expect(text).toContain('lift +20.00%, 95 % -1.00% to +50.00%');
  const tally = { releases: ['a', 'b'] as const, wins: 3, losses: 1, ties: 2 };
  expect(renderInterleaving([{ ...tally, rate: 0.75, low: 0.51, high: 0.9 }]).join()).toContain('a is preferred');
  expect(renderInterleaving([{ ...tally, rate: 0.75, low: 0.2, high: 0.9 }]).join()).toContain('undecided');
  expect(renderInterleaving([{ ...tally, rate: 0.25, low: 0.1, high: 0.4 }]).join()).toContain('b is preferred');
});

test('explored places are two lines, and none where there were none', () => {
  expect(renderExplored(null)).toEqual([]);
  const text = renderExplored({
    ...{ subjects: 3, impressions: 1200, clicks: 6 },
    ctr: { value: 0.005, low: 0, high: 0.01 },
    weightedCtr: { value: 0.0075, low: null, high: null },
  }).join('\n');
  expect(text).toContain('explored places: 1,200 shown to 3 subjects, 6 clicks, CTR 0.50%, 95 % 0.00% to 1.00%');
  expect(text).toContain('by inverse propensity: CTR 0.75%, 95 % –');
});

test('a time is an age or a date, in UTC where it names no zone', () => {
  const now = Date.UTC(2026, 10, 24, 12);
  expect(parseWhen('90m', now)).toBe(now - 5_400_000);
  expect(parseWhen('7d', now)).toBe(now - 7 * 86_400_000);
  expect(parseWhen('2026-11-24', now)).toBe(Date.UTC(2026, 10, 24));
  expect(parseWhen('2026-11-24T12:00', now)).toBe(now);
  expect(parseWhen('2026-11-24 12:00', now)).toBe(now);
  expect(parseWhen('2026-11-24T14:00+02:00', now)).toBe(now);
  for (const text of ['', 'yesterday', '5', '-3h', '1.5h']) expect(() => parseWhen(text, now), text).toThrow(/no time/);
});

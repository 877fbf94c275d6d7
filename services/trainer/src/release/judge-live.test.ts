import type { LiveQuality } from '@nextcart/clickhouse';
import { expect, test } from 'vitest';
import { gateSchema } from './gate-settings.ts';
import { judgeLive } from './judge-live.ts';

const bands = gateSchema.parse({}).watch;
const before: LiveQuality = { lists: 5000, hitRate: 0.3, error: 0.005, steepness: 0.6, steepnessDeviation: 0.1 };

test('what is surely below its share of the hit rate before is told of; what may be chance is not', () => {
  expect(judgeLive(before, before, bands)).toBeNull();
  // 0.8 · 0.3 − 4 · √(0.005² + 0.004²) = 0.2144
  expect(judgeLive({ ...before, hitRate: 0.215 }, before, bands)).toBeNull();
  expect(judgeLive({ ...before, hitRate: 0.214 }, before, bands)).toEqual({
    band: 'hit_rate',
    words: 'its live hit rate is 21.4 % over 5000 lists, surely below 80.0 % of the 30.0 % before',
  });
});

test('scores that no longer fall, or fall otherwise, are told of', () => {
  expect(judgeLive({ ...before, steepness: 0.45 }, before, bands)).toBeNull();
  const left = (steepness: number) => judgeLive({ ...before, steepness }, before, bands);
  expect(left(0.01)).toMatchObject({
    band: 'scores',
    words: expect.stringContaining('5.9 deviations apart') as string,
  });
  expect(left(Number.NaN)).toMatchObject({ words: expect.stringContaining('NaN') as string });
});

test('lists that were all alike may stay so', () => {
  const alike = { ...before, steepnessDeviation: 0 };
  expect(judgeLive(alike, alike, bands)).toBeNull();
  expect(judgeLive({ ...alike, steepness: 0.61 }, alike, bands)).toMatchObject({ band: 'scores' });
});

test('on few lists of either nothing is said', () => {
  const bad = { ...before, hitRate: 0 };
  expect(judgeLive({ ...bad, lists: 1999 }, before, bands)).toBeNull();
  expect(judgeLive(bad, { ...before, lists: 1999 }, bands)).toBeNull();
});

import { expect, test } from 'vitest';
import { gateSchema } from './gate-settings.ts';
import { judge } from './judge.ts';
import { figureNames } from './list-figures.ts';
import type { Figures } from './measure.ts';

const figuresOf = (value: number) =>
  ({
    ...Object.fromEntries(figureNames.map((name) => [name, new Float64Array(9).fill(value)])),
    coverage: 1,
  }) as unknown as Figures;
const [good, bad] = [figuresOf(0.5), figuresOf(0.1)];

test('settings by which no candidate could be judged are refused by name; with the fewest resamples one is', async () => {
  for (const looksPerDay of [1, 3, 7, 24, 1440]) {
    const settingsOf = (resamples: number) => gateSchema.parse({ minSubjects: 9, looksPerDay, resamples });
    const fewest = Math.max(40, looksPerDay * 20);
    expect(() => settingsOf(fewest - 1)).toThrow(/resamples.*looksPerDay \/ alpha/s);
    const compared = { candidate: good, champion: bad, anchor: bad, baselines: { trending: bad } };
    const { verdict } = await judge(compared, settingsOf(fewest), { newer: false, looksToday: 0, seed: 1 });
    expect(verdict).toBe('pass');
  }
});

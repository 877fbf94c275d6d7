import { expect, test } from 'vitest';
import { chooseTrained, longEnough } from './choose-trained.ts';

test('settings are tried for a few epochs, the best is trained for all, and the others are closed', async () => {
  const asked: string[] = [];
  const closed: number[] = [];
  const fit = (peak: number, epochs: number) => {
    asked.push(`${peak} for ${epochs}`);
    const quality = Array.from({ length: epochs }, (_, epoch) => peak - (epoch - 2) ** 2);
    const close = () => Promise.resolve(void closed.push(peak));
    return Promise.resolve({ part: { close }, quality, epochs: Math.min(3, epochs) });
  };
  const found = await chooseTrained('m', { settings: { low: 5, high: 9 }, tryEpochs: 2, epochs: 5 }, fit);
  expect(asked).toEqual(['5 for 2', '9 for 2', '9 for 5']);
  expect(closed).toEqual([5, 9]);
  expect(found).toMatchObject({ settings: 9, epochs: 3, curve: { name: 'm', quality: [5, 8, 9, 8, 5] } });
  expect(found.choice).toEqual({
    part: 'm',
    tried: [
      { settings: 'low, 2 epochs', quality: 4 },
      { settings: 'high, 2 epochs', quality: 8 },
      { settings: 'high, 3 epochs of 5', quality: 9 },
    ],
    chosen: 'high, 3 epochs of 5',
  });
});

test('a single setting is not tried first', async () => {
  let calls = 0;
  const fit = (epochs: number) => {
    calls += 1;
    return Promise.resolve({ part: { close: () => Promise.resolve() }, quality: [epochs], epochs: 1 });
  };
  await chooseTrained('m', { settings: { only: 1 }, tryEpochs: 2, epochs: 5 }, fit);
  expect(calls).toBe(1);
});

test('of few data there are as many epochs as make the steps that are wanted, of many as many as it says', () => {
  const grid = { settings: { only: 1 }, tryEpochs: 3, epochs: 12, minSteps: 1200 };
  expect(longEnough(grid, 12)).toEqual({ ...grid, tryEpochs: 25, epochs: 100 });
  expect(longEnough(grid, 100)).toEqual(grid);
  expect(longEnough(grid, 312)).toEqual(grid);
  expect(longEnough({ ...grid, minSteps: 0 }, 12).epochs).toBe(12);
});

import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { figureNames } from './list-figures.ts';
import type { Figures } from './measure.ts';
import { tellFigures } from './tell-figures.ts';

const figures = {
  ...Object.fromEntries(figureNames.map((name) => [name, Float64Array.of(0, 0.5, 1)])),
  coverage: 0.5,
} as unknown as Figures;

test('while figures are told, everything else has its turn with each contender', async () => {
  const contenders = { candidate: figures, champion: figures, trending: figures };
  const told = tellFigures(contenders, [], { seed: 1, resamples: 100 });
  let turns = 0;
  let isOver = false;
  void told.then(() => (isOver = true));
  for (; !isOver; turns += 1) await setImmediate();
  expect(turns).toBeGreaterThanOrEqual(3);
  expect((await told)['NDCG@20 trending']?.value).toBe(0.5);
});

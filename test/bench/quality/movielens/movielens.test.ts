import { expect, test } from 'vitest';
import { dataFolder } from '../command.ts';
import { meanOf } from '../intervals.ts';
import { movielensBench } from './bench.ts';
import { leaveOneOut } from './data.ts';

test('the validation item is input of the test, and the test item of nothing', () => {
  const histories = [[4, 2, 0, 1]];
  const [validation, last] = [leaveOneOut(histories, 5, 1, 10), leaveOneOut(histories, 5, 0, 10)];
  expect([[...validation.known.bags.columns], [...validation.task.targets.columns]]).toEqual([[4, 2], [0]]);
  expect([[...last.known.bags.columns], [...last.task.targets.columns]]).toEqual([[4, 2, 0], [1]]);
});

test('a sixth of MovieLens: EDLAE and co-occurrence find more than popularity does', {
  timeout: 120_000,
}, async (context) => {
  const reason = movielensBench.missing(dataFolder());
  if (reason !== undefined) context.skip(reason);
  const { rows } = await movielensBench.run({
    dataFolder: dataFolder(),
    quick: true,
    seed: 1,
    threads: 1,
    signal: new AbortController().signal,
    log: () => undefined,
    progress: () => ({ at: () => undefined, done: () => undefined }),
  });
  const found = Object.fromEntries(rows.map(({ name, subjects }) => [name, meanOf(subjects['Recall@10'] ?? [])]));
  expect(found['popularity']).toBeGreaterThan(0.01);
  expect(found['item co-occurrence']).toBeGreaterThan(0.03);
  expect(found['EDLAE']).toBeGreaterThan(0.06);
});

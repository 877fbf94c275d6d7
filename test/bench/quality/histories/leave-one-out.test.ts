import { expect, test } from 'vitest';
import { leaveOneOut } from './leave-one-out.ts';

test('the validation item is input of the test, and the test item of nothing', () => {
  const histories = [[4, 2, 0, 1]];
  const [validation, last] = [leaveOneOut(histories, 5, 1, 10), leaveOneOut(histories, 5, 0, 10)];
  expect([[...validation.known.bags.columns], [...validation.task.targets.columns]]).toEqual([[4, 2], [0]]);
  expect([[...last.known.bags.columns], [...last.task.targets.columns]]).toEqual([[4, 2, 0], [1]]);
});

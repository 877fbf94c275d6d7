import type { Behaviour, NamedTask } from '../recipe.ts';
import { bagsOf, behaviourOf } from '../sets/bags.ts';

interface LeaveOneOut {
  readonly known: Behaviour;
  readonly task: NamedTask;
}

/** The item that is `fromLast` places from each history's last is to be found by all before it. */
export const leaveOneOut = (
  histories: readonly (readonly number[])[],
  items: number,
  fromLast: number,
  k: number,
): LeaveOneOut => {
  const before = bagsOf(histories.map((history) => history.slice(0, history.length - 1 - fromLast)));
  const targets = bagsOf(histories.map((history) => history.slice(history.length - 1 - fromLast).slice(0, 1)));
  return {
    known: behaviourOf(before, items),
    task: { name: '', items, k, denominator: 'targets', seen: before, targets },
  };
};

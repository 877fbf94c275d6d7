import { join } from 'node:path';
import type { Histories } from '../histories/run-histories.ts';
import { readText } from '../read-text.ts';
import { bagsOf } from '../sets/bags.ts';
import { readItemLists } from '../sets/item-lists.ts';
import type { SetFiles } from '../sets/run-sets.ts';

/** `folder`: with train.txt and test.txt. Throws a RangeError naming the line that it can't read. */
export const readSets = (folder: string): SetFiles => {
  const [train, test] = [readItemLists(join(folder, 'train.txt')), readItemLists(join(folder, 'test.txt'))];
  const users = Math.max(train.length, test.length);
  const items = [...train, ...test].reduce(
    (most, list) => list.reduce((top, item) => Math.max(top, item + 1), most),
    0,
  );
  const bags = (lists: readonly number[][]) => bagsOf(Array.from({ length: users }, (_, user) => lists[user] ?? []));
  return { items, train: bags(train), test: bags(test) };
};

/** One to learn from, one to choose by, one to be found. */
const LEAST = 3;

/**
 * Lines of a user and an item, by whatever names, in the order of time; of users with three items and more. Throws a
 * RangeError naming the line that it can't read.
 */
export const readHistories = (file: string): Histories => {
  const [users, items] = [new Map<string, number[]>(), new Map<string, number>()];
  readText(file)
    .split('\n')
    .forEach((line, at) => {
      if (line.trim() === '') return;
      const [user, item, ...more] = line.trim().split(/[\s,]+/);
      if (user === undefined || item === undefined || more.length > 0)
        throw new RangeError(`${file}, line ${at + 1}: '${line.slice(0, 60)}' is not a user and an item`);
      const number = items.get(item) ?? items.size;
      items.set(item, number);
      const history = users.get(user) ?? [];
      history.push(number);
      users.set(user, history);
    });
  return { items: items.size, histories: [...users.values()].filter(({ length }) => length >= LEAST) };
};

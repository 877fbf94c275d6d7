import { join } from 'node:path';
import type { Histories } from '../histories/run-histories.ts';
import { createNumbering } from '../numbering.ts';
import { readLines } from '../read-text.ts';
import { bagsOf } from '../sets/bags.ts';
import { readItemLists } from '../sets/item-lists.ts';
import type { SetFiles } from '../sets/run-sets.ts';

/** `folder`: with train.txt and test.txt. Throws 'bad_input' as `readItemLists`. */
export const readSets = (folder: string): SetFiles => {
  const [train, test] = [readItemLists(join(folder, 'train.txt')), readItemLists(join(folder, 'test.txt'))];
  const users = [...new Set([...train.keys(), ...test.keys()])];
  const items = createNumbering();
  const bags = (lists: typeof train) => bagsOf(users.map((user) => (lists.get(user) ?? []).map(items.of)));
  const [learned, found] = [bags(train), bags(test)];
  return { items: items.size(), train: learned, test: found };
};

/** One to learn from, one to choose by, one to be found. */
const LEAST = 3;

/**
 * Lines of a user and an item, by whatever names, in the order of time; of users with three items and more. Of an item that
 * a user has several times the last counts, as nothing that was seen is ranked. Throws 'bad_input' naming the line.
 */
export const readHistories = (file: string): Histories & { readonly repeats: number } => {
  const users = new Map<string, Set<string>>();
  let repeats = 0;
  for (const line of readLines(file)) {
    const [user, item, ...more] = line.text.split(/[\s,]+/);
    if (!user || !item || more.length > 0) throw line.refuse('not a user and an item');
    const history = users.get(user) ?? new Set();
    if (history.delete(item)) repeats += 1;
    users.set(user, history.add(item));
  }
  const items = createNumbering();
  const histories = [...users.values()].filter(({ size }) => size >= LEAST).map((names) => [...names].map(items.of));
  return { items: items.size(), histories, repeats };
};

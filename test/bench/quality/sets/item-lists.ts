import { readLines } from '../read-text.ts';

/**
 * A line is a user and their items, as NGCF and LightGCN write them, by whatever names; items by user. Throws 'bad_input'
 * naming a line whose user has one already, or that has an item twice.
 */
export const readItemLists = (path: string): ReadonlyMap<string, readonly string[]> => {
  const lists = new Map<string, readonly string[]>();
  for (const line of readLines(path)) {
    const [user = '', ...items] = line.text.split(/\s+/);
    if (lists.has(user)) throw line.refuse(`user ${user} has a line already`);
    const twice = items.find((item, at) => items.indexOf(item) !== at);
    if (twice !== undefined) throw line.refuse(`item ${twice} is there twice`);
    lists.set(user, items);
  }
  return lists;
};

import { readText } from '../read-text.ts';

/** A line is a user's number and those of their items, as NGCF and LightGCN write them; items by user. */
export const readItemLists = (path: string): number[][] => {
  const lists: number[][] = [];
  readText(path)
    .split('\n')
    .forEach((line, at) => {
      if (line.trim() === '') return;
      const [user, ...items] = line.trim().split(/\s+/).map(Number);
      const isNumber = (value: number | undefined) => Number.isInteger(value) && (value as number) >= 0;
      if (!isNumber(user) || !items.every(isNumber))
        throw new RangeError(`${path}, line ${at + 1}: '${line.slice(0, 60)}' is no user's number and those of items`);
      lists[user as number] = items;
    });
  return Array.from(lists, (items) => items ?? []);
};

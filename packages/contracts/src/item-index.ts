import type { Writable } from './writable.ts';

/** Item ids as dense numbers in the order of their first sight, for typed arrays. Indices differ between processes: never publish or sort by one. */
export interface ItemIndex {
  readonly size: number;
  /** Index of an id; a new id gets the next one. */
  add(itemId: string): number;
  /** Index of an id, or -1. */
  get(itemId: string): number;
  /** Id of an index. Throws RangeError where there is none. */
  id(index: number): string;
}

export const createItemIndex = (): ItemIndex => {
  const indices = new Map<string, number>();
  const ids: string[] = [];
  const index: Writable<ItemIndex> = {
    size: 0,
    add: (itemId) => {
      const known = indices.get(itemId);
      if (known !== undefined) return known;
      indices.set(itemId, ids.length);
      index.size = ids.push(itemId);
      return index.size - 1;
    },
    get: (itemId) => indices.get(itemId) ?? -1,
    id: (at) => {
      const id = ids[at];
      if (id === undefined) throw new RangeError(`no item with index ${at}: ${ids.length} are known`);
      return id;
    },
  };
  return index;
};

import type { SparseRows } from '../item-graph.ts';
import { createRandom } from '../training/random.ts';

export const NEEDS = 3;
export const ITEMS = 60;

/** Users with shares of three needs; an item serves one of them, item % 3, and is taken accordingly. */
export const plantedUsers = (users: number, perUser = 12, seed = 1) => {
  const random = createRandom(seed, 902);
  const truth = new Float64Array(users * NEEDS);
  const lists: number[][] = [];
  for (let user = 0; user < users; user += 1) {
    const raw = Array.from({ length: NEEDS }, () => random.next() ** 3);
    const total = raw.reduce((sum, value) => sum + value, 0);
    raw.forEach((value, need) => void (truth[user * NEEDS + need] = value / total));
    const items = new Set<number>();
    while (items.size < perUser) {
      let [left, need] = [random.next() * total, 0];
      while (need < NEEDS - 1 && left > (raw[need] as number)) {
        left -= raw[need] as number;
        need += 1;
      }
      items.add(random.below(ITEMS / NEEDS) * NEEDS + need);
    }
    lists.push([...items].sort((a, b) => a - b));
  }
  return { bags: bagsOf(lists), truth: { values: truth, width: NEEDS } };
};

export const bagsOf = (lists: readonly (readonly number[])[]): SparseRows => {
  const rowStart = new Int32Array(lists.length + 1);
  lists.forEach((list, row) => void (rowStart[row + 1] = (rowStart[row] as number) + list.length));
  const columns = Int32Array.from(lists.flat());
  return { rowStart, columns, weights: new Float32Array(columns.length).fill(1) };
};

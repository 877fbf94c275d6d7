import type { SparseRows } from '@nextcart/models';
import { createRandom } from '../random.ts';
import type { Behaviour } from '../recipe.ts';

export const bagsOf = (lists: readonly (readonly number[])[]): SparseRows => {
  const rowStart = new Int32Array(lists.length + 1);
  lists.forEach((list, row) => void (rowStart[row + 1] = (rowStart[row] as number) + list.length));
  const columns = Int32Array.from(lists.flat());
  return { rowStart, columns, weights: new Float32Array(columns.length).fill(1) };
};

export const behaviourOf = (bags: SparseRows, items: number): Behaviour => {
  const recent = new Float32Array(items);
  for (const item of bags.columns) recent[item] = (recent[item] as number) + 1;
  return { items, bags, recent };
};

const SHARE = 0.1;
const SEED = 41;

/** A tenth of each user's items, drawn by chance as the test's were, is held out; the same cut for every seed. */
export const holdOut = ({ rowStart, columns }: SparseRows): { readonly fit: SparseRows; readonly held: SparseRows } => {
  const random = createRandom(SEED);
  const [fit, held]: [number[][], number[][]] = [[], []];
  for (let user = 0; user + 1 < rowStart.length; user += 1) {
    const items = [...columns.subarray(rowStart[user], rowStart[user + 1])];
    const isHeld = items.map(() => random() < SHARE);
    fit.push(items.filter((_, at) => !isHeld[at]));
    held.push(items.filter((_, at) => isHeld[at]));
  }
  return { fit: bagsOf(fit), held: bagsOf(held) };
};

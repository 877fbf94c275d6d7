import type { SparseRows } from '../item-graph.ts';
import { createRandom } from '../training/random.ts';
import { type AutoencoderOptions, autoencoderDefaults } from './training.ts';

export const ITEMS = 30;
export const GROUPS = 3;
const PER_USER = 5;
export const USERS = 120;

export const bagsOf = (lists: readonly (readonly number[])[]): SparseRows => {
  const rowStart = new Int32Array(lists.length + 1);
  lists.forEach((list, row) => void (rowStart[row + 1] = (rowStart[row] as number) + list.length));
  const columns = Int32Array.from(lists.flat());
  return { rowStart, columns, weights: new Float32Array(columns.length).fill(1) };
};

export const groupOf = (user: number): number => user % GROUPS;

/** Users who take items of one of three groups: item % 3. */
export const groupedBags = (seed = 1): SparseRows => {
  const random = createRandom(seed, 900);
  const lists = Array.from({ length: USERS }, (_, user) => {
    const items = new Set<number>();
    while (items.size < PER_USER) items.add(random.below(ITEMS / GROUPS) * GROUPS + groupOf(user));
    return [...items];
  });
  return bagsOf(lists);
};

export const shape = { columns: ITEMS, items: ITEMS, hidden: 16, latent: 8, depth: 3 };

export const options: AutoencoderOptions = {
  ...autoencoderDefaults,
  seed: 3,
  threads: 1,
  epochs: 20,
  batch: 50,
  rate: { from: 1e-2, to: 1e-3 },
};

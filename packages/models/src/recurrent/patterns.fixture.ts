import { createRandom } from '../training/random.ts';
import type { EventSequences } from './events.ts';
import { nextItemTargets } from './events.ts';
import type { RecurrentShape } from './shape.ts';
import { type RecurrentOptions, recurrentDefaults } from './training.ts';

export const ITEMS = 12;
export const TYPES = 2;

/** The next item is a function of the one two events ago and of the type in between: a memory of one event can't know. */
export const nextOf = (twoAgo: number, type: number): number => (twoAgo + 1 + 4 * type) % ITEMS;

export const sequencesOf = (
  lists: readonly (readonly number[])[],
  types?: readonly (readonly number[])[],
): EventSequences => {
  const rowStart = new Int32Array(lists.length + 1);
  lists.forEach((list, row) => void (rowStart[row + 1] = (rowStart[row] as number) + list.length));
  return {
    rowStart,
    items: Int32Array.from(lists.flat()),
    ...(types && { types: Uint8Array.from(types.flat()) }),
  };
};

export const plantedSequences = (count: number, seed: number): EventSequences => {
  const random = createRandom(seed, 900);
  const [lists, types]: [number[][], number[][]] = [[], []];
  for (let row = 0; row < count; row += 1) {
    const list = [random.below(ITEMS), random.below(ITEMS)];
    const kinds = list.map(() => random.below(TYPES));
    const length = 3 + random.below(6);
    while (list.length < length) {
      list.push(nextOf(list.at(-2) as number, kinds.at(-1) as number));
      kinds.push(random.below(TYPES));
    }
    lists.push(list);
    types.push(kinds);
  }
  return sequencesOf(lists, types);
};

export const shape: RecurrentShape = {
  items: ITEMS,
  features: 0,
  types: TYPES,
  gaps: 0,
  hours: 0,
  width: 32,
  blocks: 1,
  recurrence: 'linear',
  scale: 0,
  lags: 0,
};

export const options: RecurrentOptions = {
  ...recurrentDefaults,
  seed: 3,
  threads: 1,
  epochs: 20,
  lanes: 12,
  times: 6,
  order: 'shuffled',
  dropout: { events: 0, blocks: 0 },
  rate: { from: 1e-2, to: 1e-3 },
  tables: { optimiser: 'adam', from: 1e-2, to: 1e-3 },
  softmax: { kind: 'full' },
};

export const planted = (seed = 1, count = 400) => {
  const events = plantedSequences(count, seed);
  return { events, targets: nextItemTargets(events) };
};

import { expect, test } from 'vitest';
import { createKeyTable } from './key-table.ts';

/** Park and Miller's generator. */
const generator = (seed: number) => (below: number) => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
};

test('it answers as a Map does, whatever is added and deleted in which order', () => {
  for (let run = 1; run <= 20; run += 1) {
    const draw = generator(run);
    const table = createKeyTable<{ key: string; n: number }>();
    const map = new Map<string, { key: string; n: number }>();
    for (let step = 0; step < 5000; step += 1) {
      const key = `k${draw(300)}`;
      if (map.has(key) && draw(2) === 0) {
        table.delete(key);
        map.delete(key);
      } else if (!map.has(key)) {
        const value = { key, n: step };
        table.add(value);
        map.set(key, value);
      }
      const asked = `k${draw(320)}`;
      expect(table.get(asked)).toBe(map.get(asked));
      expect(table.size).toBe(map.size);
    }
    for (let n = 0; n < 300; n += 1) expect(table.get(`k${n}`)).toBe(map.get(`k${n}`));
  }
});

test('turns pass by everyone once a round, also after deletions and additions', () => {
  const table = createKeyTable<{ key: string }>();
  const round = () => Array.from({ length: table.size }, () => table.turn()?.key ?? '').sort();
  expect(table.turn()).toBeUndefined();
  for (let n = 0; n < 100; n += 1) table.add({ key: `k${n}` });
  for (let n = 0; n < 100; n += 3) table.delete(`k${n}`);
  table.delete('nobody');
  const left = Array.from({ length: 100 }, (_, n) => `k${n}`).filter((_, n) => n % 3 !== 0);
  expect(round()).toEqual(left.toSorted());
  table.add({ key: 'new' });
  expect(round()).toEqual([...left, 'new'].sort());
});

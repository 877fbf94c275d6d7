import { expect, test } from 'vitest';
import { createKept } from './kept.ts';

test('what was used longest ago goes, and is handed over once', async () => {
  const gone: string[] = [];
  const kept = createKept<string>(2, async (value) => void gone.push(value));
  let made = 0;
  const get = (name: string) =>
    kept.get(name, async () => {
      made += 1;
      return name.toUpperCase();
    });
  for (const name of ['a', 'b', 'a', 'c', 'a']) expect(await get(name)).toBe(name.toUpperCase());
  expect([made, gone]).toEqual([3, ['B']]);
  await kept.clear();
  expect(gone.toSorted()).toEqual(['A', 'B', 'C']);
});

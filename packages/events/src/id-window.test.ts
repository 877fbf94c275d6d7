import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createIdWindow } from './id-window.ts';

const textOf = (n: number) => `0000000${n % 4}-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
const wordsOf = (n: number) => Int32Array.of(n % 4, 0x7000, 0x8000 << 16, n);

/** What the window is: a map of the ids of the last offsets. */
const createModel = (positions: number) => {
  const held = new Map<number, number>();
  return {
    add: (id: number, offset: number) => {
      for (const [other, at] of held) if (at < offset - positions) held.delete(other);
      if (held.has(id)) return false;
      held.set(id, offset);
      return true;
    },
    held,
  };
};

test('it answers as a map of the last offsets does, restored anywhere', () => {
  const steps = fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 4 })), { maxLength: 200 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 33 }), fc.nat(200), (adds, positions, cut) => {
      let window = createIdWindow(positions);
      const model = createModel(positions);
      let offset = 0;
      adds.forEach(([id, gap], i) => {
        offset += gap;
        if (i === cut) {
          window = createIdWindow(positions);
          const rows = [...model.held].sort((a, b) => a[1] - b[1]);
          window.restore(
            rows.map(([held]) => textOf(held)),
            rows.map(([, at]) => at),
          );
        }
        window.evictBelow(offset - positions);
        const words = new Int32Array(4);
        words.set(parse(textOf(id)));
        expect(window.add(words, offset)).toBe(model.add(id, offset));
        expect(window.size).toBe(Math.min(positions, model.held.size));
      });
    }),
    { numRuns: 500 },
  );
});

const parse = (text: string): Int32Array => {
  const hex = text.replaceAll('-', '');
  return Int32Array.from({ length: 4 }, (_, i) => Number.parseInt(hex.slice(8 * i, 8 * i + 8), 16) | 0);
};

test('a full window gives up its oldest id', () => {
  const window = createIdWindow(3);
  for (let n = 0; n < 4; n += 1) expect(window.add(wordsOf(n), n)).toBe(true);
  expect(window.size).toBe(3);
  expect(window.add(wordsOf(1), 4)).toBe(false);
  expect(window.add(wordsOf(0), 5)).toBe(true);
});

test('it costs 40 to 56 bytes a position, and refuses sizes and ids that are none', () => {
  expect(createIdWindow(262_144).sizeBytes).toBe(262_144 * 40);
  expect(createIdWindow(200_000).sizeBytes / 200_000).toBeLessThan(56);
  for (const size of [0, -1, 1.5, 2 ** 29]) expect(() => createIdWindow(size)).toThrow(RangeError);
  expect(() => createIdWindow(2).restore(['nonsense'], [1])).toThrow(/nonsense/);
});

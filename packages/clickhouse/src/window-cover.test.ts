import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coverWindow } from './window-cover.ts';

test('a window is covered exactly once, by whole buckets and raw edges shorter than a bucket', () => {
  const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
  fc.assert(
    fc.property(time, fc.integer({ min: 1, max: 40 * 86_400_000 }), (from, length) => {
      const cover = coverWindow({ from, to: from + length });
      const parts = [...cover.raw, ...cover.minutes, ...cover.hours].sort((a, b) => a.from - b.from);
      expect(parts[0]?.from).toBe(from);
      expect(parts.at(-1)?.to).toBe(from + length);
      for (const [i, part] of parts.entries()) if (i > 0) expect(part.from).toBe(parts[i - 1]?.to);
      for (const { from: a, to: b } of cover.minutes) expect([a % 60_000, b % 60_000]).toEqual([0, 0]);
      for (const { from: a, to: b } of cover.hours) expect([a % 3_600_000, b % 3_600_000]).toEqual([0, 0]);
      if (cover.minutes.length > 0) for (const { from: a, to: b } of cover.raw) expect(b - a).toBeLessThan(60_000);
    }),
  );
});

import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createHistogram } from './histogram.ts';

const bounds = [0.001, 0.1, 1, 5];
const about = { name: 'seconds', help: 'time' };

const textOf = async (metric: object): Promise<string> => {
  const registry = new Registry();
  registry.registerMetric(metric as never);
  return registry.metrics();
};
const lines = (text: string): string[] => text.trim().split('\n').sort();

test("it reads as prom-client's own, with a label and without, on bounds and beyond them", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          stage: fc.constantFrom('fold', 'a "quoted"\nname'),
          // whole numbers of 1/1024 add up alike in any order
          value: fc.oneof(
            fc.constantFrom(0, 0.001, 1, 5, 1e9),
            fc.integer({ min: -9, max: 9999 }).map((n) => n / 1024),
          ),
        }),
      ),
      async (seen) => {
        const plain = createHistogram({ ...about, bounds });
        const theirs = new Histogram({ ...about, buckets: bounds, registers: [] });
        const byStage = createHistogram({ ...about, bounds, label: 'stage' });
        const theirsByStage = new Histogram({ ...about, buckets: bounds, labelNames: ['stage'], registers: [] });
        for (const { stage, value } of seen) {
          plain.observe(value);
          theirs.observe(value);
          byStage.of(stage).observe(value);
          theirsByStage.observe({ stage }, value);
        }
        expect(lines(await textOf(plain))).toEqual(lines(await textOf(theirs)));
        expect(lines(await textOf(byStage))).toEqual(lines(await textOf(theirsByStage)));
      },
    ),
  );
});

test('what is no number is refused, and so is a value without its label', () => {
  const plain = createHistogram({ ...about, bounds });
  for (const value of [Number.NaN, Infinity]) expect(() => plain.observe(value)).toThrow(RangeError);
  expect(() => createHistogram({ ...about, bounds, label: 'stage' }).observe(1)).toThrow(/stage/);
});

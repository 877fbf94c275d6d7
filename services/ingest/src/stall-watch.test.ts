import { expect, test } from 'vitest';
import { createStallWatch } from './stall-watch.ts';

test('a partition with records waiting that does not advance is stalled; one that is at the end is not', () => {
  const watch = createStallWatch(30_000);
  for (const now of [0, 10_000, 20_000, 31_000]) {
    watch.see(0, 50, 100, now); // stands still, records wait
    watch.see(1, 100, 100, now); // nothing to do
    watch.see(2, now, 1e9, now); // behind, but working
    watch.see(3, 50, null, now); // nobody knows the end
  }
  expect(watch.stalled(29_000)).toEqual(new Map());
  expect([...watch.stalled(31_000).keys()]).toEqual([0, 3]);
  watch.see(0, 51, 100, 32_000);
  watch.keep([0, 1, 2]);
  expect([...watch.stalled(33_000).keys()]).toEqual([]);
});

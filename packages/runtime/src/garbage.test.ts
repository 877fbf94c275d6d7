import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Full collections of a process that does `work` after what it was told `first`. */
const fullCollections = (first: string, work: string, flags: readonly string[] = []): number => {
  const script = `
import { collectSeldom, countBuffersAsHeap } from ${JSON.stringify(join(import.meta.dirname, 'garbage.ts'))};
import { constants, PerformanceObserver } from 'node:perf_hooks';
${first}
let full = 0;
new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) full += 1;
}).observe({ entryTypes: ['gc'] });
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
${work}
console.log(full);
`;
  const options = [...flags, '--input-type=module', '-e', script];
  return Number.parseInt(execFileSync(process.execPath, options, { encoding: 'utf8' }));
};

test('buffers alone no longer make V8 collect the whole heap', () => {
  // 1.6 GB of short-lived buffers beside a heap of some 30 MB
  const work = `
const heap = Array.from({ length: 200_000 }, (_, i) => ({ i, of: [i] }));
const ring = new Array(2000);
for (let i = 0; i < 100_000; i += 1) {
  ring[i % ring.length] = Buffer.allocUnsafeSlow(16_000);
  if (i % 50 === 0) await nextTurn();
}
heap.length = 0;`;
  const before = fullCollections('', work);
  expect(before).toBeGreaterThan(8);
  expect(fullCollections('countBuffersAsHeap();', work)).toBeLessThan(before / 3);
});

test('the heap may double before it is collected whole, where V8 would take smaller steps', () => {
  // to some 510 MB, all of it alive
  const work = `
const kept = [];
while (kept.length < 500) {
  kept.push(Array.from({ length: 10_000 }, (_, i) => ({ i, of: [i] })));
  await nextTurn();
}
kept.length = 0;`;
  // V8 is told steps of a twentieth, as it takes them on a busy machine; it collects at once and by one thread, because
  // marking beside the work ends whenever a core is free
  const flags = ['--heap-growing-percent=5', '--no-incremental-marking', '--single-threaded-gc'];
  // 2 where there were 6 to 9: where the first one falls is chance
  expect(fullCollections('collectSeldom();', work, flags)).toBeLessThan(fullCollections('', work, flags) / 2);
});

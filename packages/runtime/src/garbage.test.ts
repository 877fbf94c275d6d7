import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Counts full collections of a process that makes 1.6 GB of short-lived buffers beside a heap of some 30 MB. */
const script = (first: string): string => `
import { countBuffersAsHeap } from ${JSON.stringify(join(import.meta.dirname, 'garbage.ts'))};
import { constants, PerformanceObserver } from 'node:perf_hooks';
${first}
let full = 0;
new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) full += 1;
}).observe({ entryTypes: ['gc'] });
const heap = Array.from({ length: 200_000 }, (_, i) => ({ i, of: [i] }));
const ring = new Array(2000);
for (let i = 0; i < 100_000; i += 1) {
  ring[i % ring.length] = Buffer.allocUnsafeSlow(16_000);
  if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
}
console.log(full, heap.length);
`;
const fullCollections = (first: string): number =>
  Number.parseInt(execFileSync(process.execPath, ['--input-type=module', '-e', script(first)], { encoding: 'utf8' }));

test('buffers alone no longer make V8 collect the whole heap', () => {
  const before = fullCollections('');
  expect(before).toBeGreaterThan(8);
  expect(fullCollections('countBuffersAsHeap();')).toBeLessThan(before / 3);
});

/** What the heap of a process has grown to after a full collection when the next one has ended; V8 is told to take steps of a fifth. */
const growth = (first: string): number => {
  const grows = `
import { collectSeldom } from ${JSON.stringify(join(import.meta.dirname, 'garbage.ts'))};
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
${first}
let full = 0;
new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) full += 1;
}).observe({ entryTypes: ['gc'] });
const kept = [];
const grow = () => kept.push(Array.from({ length: 10_000 }, (_, i) => ({ i, of: [i] })));
const used = () => process.memoryUsage().heapUsed;
for (let i = 0; i < 60; i += 1) grow();
gc();
await sleep(50);
const alive = used();
for (full = 0; full === 0; await sleep(1)) grow();
console.log(used() / alive, kept.length);
`;
  // at once and by one thread: marking beside the work ends later on a busy machine
  const atOnce = ['--no-incremental-marking', '--single-threaded-gc'];
  const flags = ['--expose-gc', ...atOnce, '--heap-growing-percent=20', '--input-type=module'];
  return Number.parseFloat(execFileSync(process.execPath, [...flags, '-e', grows], { encoding: 'utf8' }));
};

/** On a busy machine one process in eight collects a step late (2.4 for 1.75), none early. */
const smallestOfThree = (first: string): number => Math.min(...[0, 1, 2].map(() => growth(first)));

test('the heap may double before it is collected whole, where V8 would have it grow by a fifth', () => {
  // 1.75 and 2.6: young objects come on top of both
  expect(smallestOfThree('collectSeldom();')).toBeGreaterThan(1.3 * smallestOfThree(''));
});

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Of a smaller heap V8's least step, some 50 MB, is itself much. */
const LEAST_MB = 150;

/** MB that are left of the heap after each full collection of a process that does `work` after what it was told `first`. */
const fullCollections = (first: string, work: string, flags: readonly string[] = []): number[] => {
  const script = `
import { collectSeldom, countBuffersAsHeap } from ${JSON.stringify(join(import.meta.dirname, 'garbage.ts'))};
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
${first}
const left = [];
new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries())
    if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) left.push(getHeapStatistics().used_heap_size / 1e6);
}).observe({ entryTypes: ['gc'] });
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
${work}
console.log(JSON.stringify(left));
`;
  const options = [...flags, '--input-type=module', '-e', script];
  return JSON.parse(execFileSync(process.execPath, options, { encoding: 'utf8' })) as number[];
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
  const before = fullCollections('', work).length;
  expect(before).toBeGreaterThan(8);
  expect(fullCollections('countBuffersAsHeap();', work).length).toBeLessThan(before / 3);
});

test('the heap doubles before it is collected whole, where V8 would take smaller steps', () => {
  // all of it alive; where the first collection falls is chance, so it grows until there is one of much and the next
  const work = `
const kept = [];
while (left.filter((size) => size > ${LEAST_MB}).length < 2 && kept.length < 2000) {
  kept.push(Array.from({ length: 10_000 }, (_, i) => ({ i, of: [i] })));
  await nextTurn();
}
kept.length = 0;`;
  // V8 is told steps of a twentieth, as it takes them on a busy machine; it collects at once and by one thread, because
  // marking beside the work ends whenever a core is free
  const flags = ['--heap-growing-percent=5', '--no-incremental-marking', '--single-threaded-gc'];
  const stepOf = (first: string): number => {
    const [one, next] = fullCollections(first, work, flags).filter((size) => size > LEAST_MB);
    return (next as number) / (one as number);
  };
  // 1.21 to 1.30 and 2.19 to 2.29 (n = 10 each)
  expect(stepOf('')).toBeLessThan(1.5);
  expect(stepOf('collectSeldom();')).toBeGreaterThan(1.8);
});

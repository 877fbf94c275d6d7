import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTimeHeap } from './time-heap.ts';

test('gives out in order of time, then slot, whatever is pushed, replaced and popped', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(50), fc.constantFrom('push', 'pop', 'replace')), { maxLength: 200 }),
      (steps) => {
        const heap = createTimeHeap(1);
        let model: [number, number][] = [];
        steps.forEach(([time, step], slot) => {
          if (step !== 'push' && model.length === 0) return;
          if (step === 'push') {
            heap.push(time, slot);
            model.push([time, slot]);
          } else {
            expect([heap.time(), heap.slot()]).toEqual(model[0]);
            if (step === 'pop') heap.pop();
            else heap.replace(time, slot);
            model = step === 'pop' ? model.slice(1) : [...model.slice(1), [time, slot]];
          }
          model = model.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
          expect(heap.size()).toBe(model.length);
        });
        expect(heap.time()).toBe(model[0]?.[0] ?? Number.POSITIVE_INFINITY);
      },
    ),
  );
});

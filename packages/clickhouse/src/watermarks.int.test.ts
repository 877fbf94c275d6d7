import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { eventDraft, NOW, toEvents } from './event-drafts.fixture.ts';
import type { Store } from './store.ts';
import { insertTestEvents } from './test-events.fixture.ts';
import { mergeProgress, type PartitionProgress, positionsOf, readProgress, shopWatermark } from './watermarks.ts';
import { windowStore } from './window-store.fixture.ts';

let store: Store;
let empty: () => Promise<void>;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, empty, drop } = await windowStore(inject('urls').clickhouseUrl, 'watermarks')));
afterAll(() => drop());

const byKey = (rows: readonly PartitionProgress[]) =>
  rows.toSorted((a, b) => a.source.localeCompare(b.source) || a.partition - b.partition);

test('progress read on from where it was is the progress read whole', { timeout: 120_000 }, async () => {
  const cases = fc.array(fc.tuple(eventDraft, fc.constantFrom('live', 'import')), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(cases, fc.integer({ min: 1, max: 30 }), async (cells, size) => {
      await empty();
      const events = toEvents(cells.map(([draft]) => draft)).map((event, i) => ({
        ...event,
        source: cells[i]?.[1] ?? '',
      }));
      let progress: PartitionProgress[] = [];
      for (let i = 0; i < events.length; i += size) {
        await insertTestEvents(store, events.slice(i, i + size), `b-${i}`);
        progress = mergeProgress(progress, await readProgress(store, positionsOf(progress)));
      }
      expect(byKey(progress)).toEqual(byKey(await readProgress(store)));
      expect(await readProgress(store, positionsOf(progress))).toEqual([]);
      const kept = events.filter((e) => e.outcome === 'accepted' || e.outcome === 'late');
      const watermark = shopWatermark(progress, { now: NOW, idleAfterMs: Number.POSITIVE_INFINITY });
      const slowest = (source: string) =>
        Math.min(
          ...[0, 1]
            .map((p) => kept.filter((e) => e.source === source && e.partition === p).map((e) => e.time))
            .filter((times) => times.length > 0)
            .map((times) => Math.max(...times)),
        );
      const sources = [...new Set(kept.map((e) => e.source))];
      expect(watermark).toBe(sources.length === 0 ? null : Math.max(...sources.map(slowest)));
    }),
    { numRuns: 25 },
  );
});

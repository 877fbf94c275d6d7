import { migratedStore } from '@nextcart/clickhouse/testing';
import { createMetrics, systemClock } from '@nextcart/runtime';
import { expect, inject, test } from 'vitest';
import { createReportCounts } from './report-counts.ts';
import { createScorerMetrics } from './scorer-metrics.ts';

test('a report has what was counted since the last one that arrived', async () => {
  const { store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'counts');
  const metrics = createScorerMetrics(createMetrics('scorer'));
  const report = createReportCounts({ store, clock: systemClock, metrics });
  const rows = () => store.query('SELECT kind, published, unchanged FROM list_counts ORDER BY at, kind');
  try {
    await report(); // nothing was ranked: no row
    metrics.published.inc({ kind: 'subject' }, 3);
    metrics.suppressed.inc({ kind: 'item' }, 2);
    await report();
    metrics.published.inc({ kind: 'subject' }, 4);
    await store.command('RENAME TABLE list_counts TO elsewhere');
    await expect(report()).rejects.toThrow(/list_counts/);
    await store.command('RENAME TABLE elsewhere TO list_counts');
    metrics.suppressed.inc({ kind: 'subject' });
    await report();
    expect(await rows()).toEqual([
      { kind: 'item', published: 0, unchanged: 2 },
      { kind: 'subject', published: 3, unchanged: 0 },
      { kind: 'subject', published: 4, unchanged: 1 },
    ]);
  } finally {
    await drop();
  }
});

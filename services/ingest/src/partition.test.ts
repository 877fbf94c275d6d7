import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '@nextcart/clickhouse';
import { expect, test, vi } from 'vitest';
import { FILL_TURNS } from './partition.ts';
import type { RecordSink } from './record-sink.ts';
import { eventRecord, openOn, testLog } from './test-log.fixture.ts';

const FLUSH_MS = 40;
/** Asked for nothing: an empty log has no rows and no plan. */
const NO_STORE = {} as Store;

const openCounting = async () => {
  const blocks: number[] = [];
  const sink: RecordSink = {
    insert: async (rows) => void blocks.push(rows),
    count: async () => 0,
    reinstate: async () => {},
    heal: async () => {},
    next: async () => null,
  };
  const records = Array.from({ length: 30 }, (_, n) => eventRecord(n));
  const log = testLog('11111111-2222-3333-4444-555555555555', records);
  const opened = await openOn(log, NO_STORE, { sink, limits: { maxRows: 1000, flushMs: FLUSH_MS } });
  return { ...opened, records, blocks };
};

test('at the end of the log a batch is cut by the next turn of the timer', async () => {
  const { handler, records, blocks } = await openCounting();
  await handler.process(records.slice(0, 10), 10, 10);
  await vi.waitFor(() => expect(blocks).toEqual([10]), { timeout: 3 * FLUSH_MS, interval: 5 });
  await handler.release(false);
});

test('while the log has more, the timer lets a batch fill for some turns and no longer', async () => {
  const { handler, records, blocks } = await openCounting();
  await handler.process(records.slice(0, 10), 10, 30);
  await sleep(2 * FLUSH_MS);
  await handler.process(records.slice(10, 20), 20, 30);
  expect(blocks).toEqual([]);
  await vi.waitFor(() => expect(blocks).toEqual([20]), { timeout: 2 * FILL_TURNS * FLUSH_MS, interval: 5 });
  await handler.process(records.slice(20), 30, 30);
  await handler.release(false);
  expect(blocks).toEqual([20, 10]);
});

test('a batch that fills is put in on release, whatever the log still has', async () => {
  const { handler, records, blocks } = await openCounting();
  await handler.process(records.slice(0, 10), 10, 30);
  await handler.release(false);
  expect(blocks).toEqual([10]);
});

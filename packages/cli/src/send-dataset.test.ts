import type { Dataset, DatasetRecord } from '@nextcart/datasets';
import { systemClock } from '@nextcart/runtime';
import { expect, test } from 'vitest';
import { sendCatalog, sendEvents } from './send-dataset.ts';

const record = (topic: 'events' | 'catalog'): DatasetRecord => ({ topic, key: 'k', clock: 0, raw: Buffer.from('r') });
const dataset = (count: number): Dataset => ({
  name: 'test',
  total: count,
  catalog: async function* () {
    for (let at = 0; at < count; at += 1) yield record('catalog');
  },
  events: async function* (from) {
    for (let at = from; at < count; at += 1) yield record('events');
  },
});

test('a stop in the middle of a send counts what the broker acknowledged and hands over nothing more', async () => {
  for (const what of ['events', 'catalog'] as const) {
    const abort = new AbortController();
    const sent: number[] = [];
    const sender = {
      // as a producer that the stop closes: it acknowledges what it has, and refuses more
      send: async (records: readonly DatasetRecord[]) => {
        if (abort.signal.aborted) throw new Error('the producer is closed');
        sent.push(records.length);
        if (sent.length === 2) abort.abort();
      },
    };
    const progress = { update: () => {}, end: () => {} };
    const { signal } = abort;
    const plan = {
      dataset: dataset(7000),
      sender,
      from: 0,
      speed: 'max',
      clock: systemClock,
      signal,
      progress,
    } as const;
    const count =
      what === 'events'
        ? await sendEvents({ ...plan, sent: () => {} })
        : await sendCatalog(plan.dataset, sender, signal);
    expect(sent).toEqual([2000, 2000]);
    expect(count).toBe(4000);
  }
});

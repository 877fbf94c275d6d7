import { migratedStore } from '@nextcart/clickhouse/testing';
import { EVENT_BYTES } from '@nextcart/trainer';
import { expect, inject, test } from 'vitest';
import { fillEvents, TOPIC_ID } from './fill-events.ts';
import { readInProcess } from './read-in-process.ts';

const EVENTS = 1_000_000;
/** For a page, the names of items and of a partition's subjects: strings of all events are some hundreds of MiB. */
const HEAP_MIB = 64;
const MIB = 2 ** 20;
/** Code, that heap, and pages as they come over the wire. */
const PROCESS_MIB = 128;

test('a million events are read in a heap of a page, and beside it in the bytes that are told for each', async () => {
  const { store, url, drop } = await migratedStore(inject('urls').clickhouseUrl, 'million');
  const ranges = await fillEvents(store, EVENTS, () => {});
  const { events, startBytes, peakBytes } = await readInProcess(
    { url, topicId: TOPIC_ID, ranges, kind: 'recurrent' },
    HEAP_MIB,
  );
  expect(events).toBe(EVENTS);
  expect(peakBytes - startBytes).toBeLessThan(EVENT_BYTES * EVENTS + PROCESS_MIB * MIB);
  await drop();
});

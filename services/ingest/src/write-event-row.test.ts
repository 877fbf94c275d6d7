import { avroType, flags, landingSchema, parseMoney } from '@nextcart/contracts';
import { createCatalogState, createCleaner, createRates, createSchemaVersions, createVerdict } from '@nextcart/events';
import { expect, test } from 'vitest';
import { createRowBuffer } from './row-buffer.ts';
import { eventId, eventRecord, lookup, mixedRecords, START } from './test-log.fixture.ts';
import { createEventRowWriter } from './write-event-row.ts';

const TOPIC_ID = '11111111-1111-4111-8111-111111111111';
const landing = avroType(landingSchema());

const judged = async (records: ReturnType<typeof mixedRecords>) => {
  const versions = createSchemaVersions('behaviour-event');
  await versions.resolve(records, lookup);
  const catalog = createCatalogState();
  const item = { title: '', description: null, stock: 1, hidden: false, availableFrom: null, availableUntil: null };
  catalog.fold(0, 0, 'i0', {
    ...{ ...item, itemId: 'i0', category: ['Home', 'Küche'], brand: 'Ø', price: parseMoney('3.5'), currency: 'USD' },
    ...{ repurchaseDays: null, attributes: {} },
  });
  const rates = createRates({ base: 'EUR', rates: { USD: '0.5' } });
  const cleaner = createCleaner({ partition: 3, versions, catalog, rates });
  const rows = createRowBuffer();
  const writer = createEventRowWriter(TOPIC_ID, 3, rows);
  const verdict = createVerdict();
  const outcomes = records.map((record) => {
    cleaner.judge(record, verdict);
    writer.write(record, verdict, START + 5000);
    return { outcome: verdict.outcome, reason: verdict.reason };
  });
  return { rows, outcomes };
};

test('a row is its prefix and the event as it came, as avsc reads it under the landing schema', async () => {
  const { rows } = await judged([
    eventRecord(2 ** 40, {
      eventId: eventId(1),
      eventTime: START,
      eventType: 'purchase',
      itemId: 'i0',
      quantity: 3,
      properties: { device: 'mobile' },
    }),
  ]);
  const row = landing.fromBuffer(rows.slice(0, 1)) as Record<string, unknown>;
  expect({ ...row }).toMatchObject({
    ...{ topic_id: TOPIC_ID, partition: 3, offset: 2 ** 40, appended_at: START + 2 ** 40, received_at: START + 5000 },
    ...{ source: 'live', outcome: 'accepted', reason: '', field_path: '', schema_id: 7 },
    flags: flags.imputedCategory | flags.imputedAmount | flags.imputedCurrency,
    ...{ category: 'Home > Küche', brand: 'Ø', line_amount: 105_000n, line_currency: 'USD', base_amount: 52_500n },
    ...{ event_id: eventId(1), event_type: 'purchase', item_id: 'i0', quantity: 3, amount: null },
    properties: { device: 'mobile' },
  });
});

test('rows of every outcome are whole datums one after the other; a quarantined one keeps the bytes', async () => {
  const records = mixedRecords(500);
  const { rows, outcomes } = await judged(records);
  expect(rows.rows).toBe(500);
  for (const [i, { outcome, reason }] of outcomes.entries()) {
    const row = landing.fromBuffer(rows.slice(i, i + 1)) as Record<string, unknown>;
    expect(row).toMatchObject({ offset: i, outcome, reason });
    const raw = outcome === 'quarantined' ? records[i]?.value : Buffer.alloc(0);
    expect(row['raw']).toEqual(raw);
  }
  expect(new Set(outcomes.map(({ outcome }) => outcome)).size).toBe(4);
  expect(rows.slice(0, 500).length).toBe(rows.sizeBytes);
});

import {
  type BehaviourEvent,
  createCodec,
  flags,
  type LogRecord,
  type SnapshotPayloads,
  wireEncode,
} from '@nextcart/contracts';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CatalogLookup } from './catalog-state.ts';
import { LATENESS_MS } from './cleaner.ts';
import {
  cleanerOf,
  eventOf,
  MINUTE_MS,
  NOON,
  olderSchemaText,
  recordOf,
  recordOfEvent,
  resolvedVersions,
  schemaIds,
  uuidOf,
} from './event.fixture.ts';
import type { SchemaVersions } from './schema-versions.ts';
import { createVerdict, type Verdict } from './verdict.ts';

let versions: SchemaVersions;
beforeAll(async () => {
  versions = await resolvedVersions();
});

const judge = (cleaner: ReturnType<typeof cleanerOf>, record: LogRecord): Verdict => {
  const out = createVerdict();
  cleaner.judge(record, out);
  return out;
};
const judgeEvent = (changes: Partial<BehaviourEvent>, options: Parameters<typeof cleanerOf>[1] = {}) =>
  judge(cleanerOf(versions, options), recordOfEvent(eventOf(changes)));

describe('duplicates', () => {
  test('a repeat within the window is one, in either case of its hex digits; beyond the window it is news', () => {
    const cleaner = cleanerOf(versions, { dedupeWindow: 10 });
    const id = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
    const at = (offset: number, eventId: string) =>
      judge(cleaner, recordOfEvent(eventOf({ eventId }), { offset })).outcome;
    expect(at(0, id)).toBe('accepted');
    expect(at(10, id.toUpperCase())).toBe('duplicate');
    expect(at(11, id)).toBe('accepted');
  });

  test('a quarantined record leaves no id behind, and a duplicate is not enriched', () => {
    const cleaner = cleanerOf(versions);
    expect(judge(cleaner, recordOfEvent(eventOf({ quantity: 0 }), { offset: 0 })).outcome).toBe('quarantined');
    const money = { eventType: 'purchase', amount: 5n, currency: 'EUR' } as const;
    expect(judge(cleaner, recordOfEvent(eventOf(money), { offset: 1 }))).toMatchObject({
      lineUnits: 5n,
      baseUnits: 5n,
    });
    expect(judge(cleaner, recordOfEvent(eventOf(money), { offset: 2 }))).toMatchObject({
      outcome: 'duplicate',
      lineUnits: null,
      baseUnits: null,
    });
  });

  test('an offset that goes back is a fault of the caller, not a verdict', () => {
    const cleaner = cleanerOf(versions);
    judge(cleaner, recordOfEvent(eventOf(), { offset: 5 }));
    expect(() => judge(cleaner, recordOfEvent(eventOf(), { offset: 5 }))).toThrow(/restore/);
    cleaner.restore({});
    expect(judge(cleaner, recordOfEvent(eventOf(), { offset: 5 })).outcome).toBe('accepted');
  });
});

test('a cleaner restored anywhere gives the verdicts that an uninterrupted one gives', () => {
  const step = fc.record({
    id: fc.nat(12),
    gap: fc.integer({ min: 1, max: 3 }),
    minutes: fc.integer({ min: -30, max: 4 }),
    source: fc.constantFrom(undefined, 'shop', 'import'),
    whole: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 60 }),
      fc.nat(59),
      fc.integer({ min: 1, max: 20 }),
      (steps, cut, window) => {
        let offset = 0;
        const records = steps.map(({ id, gap, minutes, source, whole }) => {
          offset += gap;
          return recordOfEvent(
            eventOf({ eventId: uuidOf(id), eventTime: NOON + minutes * MINUTE_MS, itemId: whole ? 'i' : null }),
            { offset, headers: source === undefined ? undefined : { 'nextcart-source': Buffer.from(source) } },
          );
        });
        const first = cleanerOf(versions, { dedupeWindow: window });
        const kept: { id: string; offset: number }[] = [];
        const said = (cleaner: typeof first, record: LogRecord) => {
          const out = judge(cleaner, record);
          return { outcome: out.outcome, reason: out.reason, flags: out.flags, source: out.source };
        };
        const verdicts: unknown[] = [];
        let watermarks = {};
        records.forEach((record, i) => {
          if (i === cut) watermarks = JSON.parse(JSON.stringify(first.watermarks())) as Record<string, number>;
          const verdict = said(first, record);
          verdicts.push(verdict);
          const id = uuidOf((steps[i] as (typeof steps)[number]).id);
          if (i < cut && (verdict.outcome === 'accepted' || verdict.outcome === 'late'))
            kept.push({ id, offset: record.offset });
        });
        const restored = cleanerOf(versions, { dedupeWindow: window });
        const from = records[cut]?.offset ?? 0;
        const needed = kept.filter((row) => row.offset >= from - window);
        restored.restore({
          watermarks,
          eventIds: needed.map((row) => row.id),
          offsets: needed.map((row) => row.offset),
        });
        expect(records.slice(cut).map((record) => said(restored, record))).toEqual(verdicts.slice(cut));
        if (cut < records.length) expect(restored.watermarks()).toEqual(first.watermarks());
      },
    ),
    { numRuns: 300 },
  );
});

describe('time', () => {
  const at = (
    cleaner: ReturnType<typeof cleanerOf>,
    offset: number,
    eventTime: number,
    headers?: LogRecord['headers'],
  ) => judge(cleaner, recordOfEvent(eventOf({ eventId: uuidOf(offset), eventTime }), { offset, headers }));

  test("late is behind the source's watermark by more than the allowance; late rows are kept", () => {
    const cleaner = cleanerOf(versions);
    at(cleaner, 0, NOON);
    expect(at(cleaner, 1, NOON - LATENESS_MS).outcome).toBe('accepted');
    expect(at(cleaner, 2, NOON - LATENESS_MS - 1).outcome).toBe('late');
    expect(cleaner.watermarks()).toEqual({ live: NOON });
  });

  test("an import of last year is not late for the live shop's sake, nor the shop for the import's", () => {
    const cleaner = cleanerOf(versions);
    const headers = { 'nextcart-source': Buffer.from('import') };
    at(cleaner, 0, NOON);
    expect(at(cleaner, 1, NOON - 365 * 24 * 60 * MINUTE_MS, headers).outcome).toBe('accepted');
    expect(at(cleaner, 2, NOON).outcome).toBe('accepted');
    expect(Object.keys(cleaner.watermarks())).toEqual(['import', 'live']);
  });

  test("an import's own clock decides what is the future", () => {
    const clock = { 'nextcart-clock': Buffer.from(String(NOON + 60 * MINUTE_MS)) };
    const cleaner = cleanerOf(versions);
    expect(at(cleaner, 0, NOON + 60 * MINUTE_MS).reason).toBe('future_time');
    const out = at(cleaner, 1, NOON + 60 * MINUTE_MS, clock);
    expect([out.outcome, out.shopClock]).toEqual(['accepted', NOON + 60 * MINUTE_MS]);
  });

  test('a quarantined event does not move the watermark', () => {
    const cleaner = cleanerOf(versions);
    at(cleaner, 0, NOON);
    at(cleaner, 1, NOON + 60 * MINUTE_MS);
    expect(cleaner.watermarks()).toEqual({ live: NOON });
  });
});

describe('what is filled in and flagged', () => {
  const catalog: CatalogLookup = {
    get: (id) =>
      ({
        cup: { category: 'Home > Kitchen', brand: 'Acme', priceUnits: 25_000n, currency: 'USD' },
        bare: { category: '', brand: '', priceUnits: null, currency: null },
      })[id],
  };
  const cleaning: SnapshotPayloads['cleaning'] = {
    categories: ['Home > Kitchen'],
    median: Float64Array.of(Math.log(2)),
    mad: Float64Array.of(0),
    robots: ['v1'],
  };
  const purchase = { eventType: 'purchase', itemId: 'cup' } as const;

  test.each([
    ['a view of an item that the catalogue has', { itemId: 'cup' }, flags.imputedCategory, null, '', null],
    ['a view of an item that it lacks', {}, flags.unknownItem, null, '', null],
    [
      'a purchase without money: price × quantity in the currency of the catalogue',
      { ...purchase, quantity: 3, currency: 'EUR' },
      flags.imputedCategory | flags.imputedAmount | flags.imputedCurrency,
      75_000n,
      'USD',
      67_500n,
    ],
    [
      'money without a currency',
      { ...purchase, amount: 10_000n },
      flags.imputedCategory | flags.imputedCurrency,
      10_000n,
      'USD',
      9_000n,
    ],
    [
      'money as given',
      { ...purchase, amount: 10_000n, currency: 'EUR' },
      flags.imputedCategory,
      10_000n,
      'EUR',
      10_000n,
    ],
    [
      'a currency without a rate',
      { ...purchase, amount: 10_000n, currency: 'XXX' },
      flags.imputedCategory | flags.unknownCurrency,
      10_000n,
      'XXX',
      null,
    ],
    ['no price anywhere', { ...purchase, itemId: 'bare' }, 0, null, '', null],
  ])('%s', (_, changes, bits, line, currency, base) => {
    const out = judgeEvent(changes, { catalog });
    expect([out.flags, out.lineUnits, out.lineCurrency, out.baseUnits]).toEqual([bits, line, currency, base]);
  });

  test('category and brand come from the catalogue, empty where it has none', () => {
    expect(judgeEvent({ itemId: 'cup' }, { catalog })).toMatchObject({ category: 'Home > Kitchen', brand: 'Acme' });
    expect(judgeEvent({ itemId: 'bare' }, { catalog })).toMatchObject({ category: '', brand: '' });
  });

  test('robots and absurd amounts are flagged by the snapshot in force, and stay', () => {
    const cleaner = cleanerOf(versions, { catalog });
    const line = (offset: number, amount: bigint) =>
      judge(
        cleaner,
        recordOfEvent(eventOf({ ...purchase, eventId: uuidOf(offset), amount, currency: 'EUR' }), { offset }),
      );
    expect(line(0, 2_000_000n).flags & (flags.robot | flags.outlierAmount)).toBe(0);
    cleaner.useCleaning(cleaning);
    // 0.35 × 1.4826 × 6 = 3.11 above ln 2: a factor of 22.5
    expect(line(1, 440_000n).flags & (flags.robot | flags.outlierAmount)).toBe(flags.robot);
    const out = line(2, 460_000n);
    expect(out.flags & flags.outlierAmount).toBe(flags.outlierAmount);
    expect(out.outcome).toBe('accepted');
    expect(line(3, 0n).flags & flags.outlierAmount).toBe(0);
    cleaner.useCleaning(null);
    expect(line(4, 460_000n).flags & (flags.robot | flags.outlierAmount)).toBe(0);
  });

  test("a key that is not the record's subject is flagged", () => {
    const cleaner = cleanerOf(versions);
    const flagsOf = (offset: number, key: string | null) =>
      judge(
        cleaner,
        recordOfEvent(eventOf({ eventId: uuidOf(offset) }), { offset, key: key === null ? null : Buffer.from(key) }),
      ).flags & flags.wrongKey;
    expect([flagsOf(0, 'v1'), flagsOf(1, 'v2'), flagsOf(2, 'v11'), flagsOf(3, null)]).toEqual([0, 256, 256, 256]);
  });
});

test('an event of an older version is accepted as the newest would have it, and flagged', () => {
  const { properties: _p, recommId: _r, ...old } = eventOf({ userId: 'ü', amount: 12_345n });
  const value = wireEncode(schemaIds.older, createCodec<object>(olderSchemaText()).encode(old));
  const out = judge(cleanerOf(versions), recordOf(value, { key: Buffer.from('ü') }));
  expect([out.outcome, out.flags & flags.oldSchema, out.schemaId]).toEqual([
    'accepted',
    flags.oldSchema,
    schemaIds.older,
  ]);
  expect(out.event.toEvent()).toEqual({ ...old, recommId: null, properties: {} });
  const again = createVerdict();
  const fresh = recordOfEvent(out.event.toEvent());
  cleanerOf(versions).judge(fresh, again);
  expect(fresh.value?.subarray(again.datumStart)).toEqual(out.bytes.subarray(out.datumStart, out.datumEnd));
});

test('what an older version holds wrongly is quarantined with the bytes that came', () => {
  const { properties: _p, recommId: _r, ...old } = eventOf({ eventId: 'no uuid' });
  const value = wireEncode(schemaIds.older, createCodec<object>(olderSchemaText()).encode(old));
  const out = judge(cleanerOf(versions), recordOf(value));
  expect([out.reason, out.fieldPath]).toEqual(['bad_event_id', 'eventId']);
  expect(out.bytes).toBe(value);
});

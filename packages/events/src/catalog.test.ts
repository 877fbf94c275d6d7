import {
  type CatalogItem,
  catalogItemCodec,
  createCodec,
  flags,
  MAX_UNITS,
  schemaText,
  wireEncode,
} from '@nextcart/contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { olderItemText } from './catalog.fixture.ts';
import { createCatalogState } from './catalog-state.ts';
import { recordOf } from './event.fixture.ts';
import { createCatalogJudge } from './judge-catalog-record.ts';
import { mutate, seededRandom } from './mutate.fixture.ts';
import { createSchemaVersions, type SchemaVersions } from './schema-versions.ts';

const itemOf = (changes: Partial<CatalogItem> = {}): CatalogItem => ({
  itemId: 'cup',
  title: 'Cup',
  description: null,
  category: ['Home', 'Kitchen'],
  brand: 'Acme',
  price: 25_000n,
  currency: 'EUR',
  stock: 3,
  hidden: false,
  availableFrom: null,
  availableUntil: null,
  repurchaseDays: null,
  attributes: {},
  ...changes,
});

describe('a record of the catalogue', () => {
  let versions: SchemaVersions;
  const texts = new Map<number, string>([
    [1, schemaText('catalog-item')],
    [2, schemaText('behaviour-event')],
    [4, olderItemText()],
  ]);
  const headed = (id: number, datum: Uint8Array) => recordOf(wireEncode(id, datum), { key: Buffer.from('cup') });
  beforeAll(async () => {
    versions = createSchemaVersions('catalog-item');
    await versions.resolve(
      [1, 2, 3, 4].map((id) => headed(id, Buffer.alloc(0))),
      async (id) => texts.get(id) ?? null,
    );
  });
  const datum = (changes: Partial<CatalogItem> = {}) => catalogItemCodec().encode(itemOf(changes));
  /** The store refuses a price of no bytes and one of nine, though avsc reads both. */
  const pricedBy = (bytes: Buffer): Buffer => {
    const whole = datum({ price: 5n });
    const at = whole.indexOf(Buffer.from([2, 2, 5])); // present, one byte, 5
    return Buffer.concat([whole.subarray(0, at + 1), Buffer.from([2 * bytes.length]), bytes, whole.subarray(at + 3)]);
  };
  const judge = (record: ReturnType<typeof recordOf>) => createCatalogJudge(versions).judge(record);

  test('is accepted with its item, in the newest version or an older one', () => {
    expect(judge(headed(1, datum()))).toEqual({
      outcome: 'accepted',
      reason: '',
      fieldPath: '',
      flags: 0,
      schemaId: 1,
      itemId: 'cup',
      item: itemOf(),
    });
    const { repurchaseDays: _, ...old } = itemOf();
    const verdict = judge(headed(4, createCodec<object>(olderItemText()).encode(old)));
    expect([verdict.item, verdict.flags]).toEqual([itemOf(), flags.oldSchema]);
  });

  test('without a value removes the item of its key; a key that names another item is flagged', () => {
    expect(judge(recordOf(null, { key: Buffer.from('cup') }))).toMatchObject({
      outcome: 'accepted',
      itemId: 'cup',
      item: null,
    });
    expect(judge(headed(1, datum({ itemId: 'pot' }))).flags).toBe(flags.wrongKey);
  });

  test.each([
    ['missing_item', 'itemId', () => recordOf(null)],
    ['missing_item', 'itemId', () => headed(1, datum({ itemId: '' }))],
    ['empty_value', '', () => recordOf(Buffer.alloc(0))],
    ['too_large', '', () => recordOf(Buffer.alloc(1_048_577))],
    ['too_large', 'itemId', () => headed(1, datum({ itemId: 'i'.repeat(257) }))],
    ['too_large', 'title', () => headed(1, datum({ title: 't'.repeat(2_049) }))],
    ['too_large', 'category', () => headed(1, datum({ category: ['c'.repeat(257)] }))],
    ['too_large', 'category', () => headed(1, datum({ category: Array(17).fill('c') }))],
    ['not_avro', '', () => recordOf(Buffer.from('item'))],
    ['wrong_schema', '', () => headed(2, datum())],
    ['unknown_schema', '', () => headed(3, datum())],
    ['bad_datum', 'attributes', () => headed(1, datum().subarray(0, -1))],
    ['bad_amount', 'price', () => headed(1, datum({ price: -1n }))],
    ['bad_amount', 'price', () => headed(1, datum({ price: MAX_UNITS + 1n }))],
    ['bad_amount', 'price', () => headed(1, pricedBy(Buffer.alloc(0)))],
    ['bad_amount', 'price', () => headed(1, pricedBy(Buffer.from('000000000000000005', 'hex')))],
  ] as const)('is quarantined for %s at "%s" (case %#)', (reason, fieldPath, make) => {
    expect(judge(make())).toMatchObject({ outcome: 'quarantined', reason, fieldPath, itemId: '', item: null });
  });

  test('that is spoilt never throws', () => {
    const random = seededRandom(5);
    const judging = createCatalogJudge(versions);
    const whole = datum({ attributes: { colour: 'rot', size: 'groß' } });
    let refused = 0;
    for (let n = 0; n < 5_000; n += 1)
      if (judging.judge(headed(n % 2 === 0 ? 1 : 4, mutate(whole, random))).outcome === 'quarantined') refused += 1;
    expect(refused).toBeGreaterThan(2_000);
  });
});

describe('the catalogue', () => {
  test('is its newest records by item, whatever comes twice', () => {
    const state = createCatalogState();
    expect(state.fold(0, 0, 'cup', itemOf())).toBe(true);
    expect(state.fold(1, 4, 'pot', itemOf({ itemId: 'pot', category: [], brand: null }))).toBe(true);
    expect(state.fold(0, 0, 'cup', null)).toBe(false);
    expect(state.get('cup')).toMatchObject({ category: 'Home > Kitchen', brand: 'Acme', priceUnits: 25_000n });
    expect(state.get('pot')).toMatchObject({ category: '', brand: '' });
    expect(state.positionText()).toBe('1,5');
    state.fold(0, 1, 'cup', null);
    expect([state.get('cup'), [...state.entries()].length]).toEqual([undefined, 1]);
  });

  test('answers by the bytes of an id as by its text, however often it changes', () => {
    const state = createCatalogState();
    const ids = ['cup', 'pot', 'Töpfe', 'none'];
    const agree = (): void => {
      for (const id of ids) {
        const bytes = Buffer.from(`x${id}x`);
        expect(state.find(bytes, 1, bytes.length - 1)).toBe(state.get(id));
      }
    };
    state.fold(0, 0, 'cup', itemOf());
    agree(); // from the first question on, changes must reach both
    state.fold(0, 1, 'Töpfe', itemOf({ itemId: 'Töpfe' }));
    state.fold(0, 2, 'cup', itemOf({ brand: 'Other' }));
    agree();
    expect(state.get('cup')?.brand).toBe('Other');
    state.fold(0, 3, 'cup', null);
    agree();
    state.seed([itemOf({ itemId: 'pot' })], [9]);
    agree();
    expect(state.get('pot')).toBeDefined();
  });

  test('taken over at a position goes on from there as if it had read all', () => {
    const whole = createCatalogState();
    for (let n = 0; n < 5; n += 1) whole.fold(0, n, `i${n}`, itemOf({ itemId: `i${n}` }));
    const seeded = createCatalogState();
    seeded.seed(
      [0, 1, 2].map((n) => itemOf({ itemId: `i${n}` })),
      [3],
    );
    for (let n = 0; n < 5; n += 1) seeded.fold(0, n, `i${n}`, itemOf({ itemId: `i${n}` }));
    expect([...seeded.entries()]).toEqual([...whole.entries()]);
    expect(seeded.position()).toEqual(whole.position());
  });
});

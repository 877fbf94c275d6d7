/** Thirty thousand spoilt records of the catalogue: none throws, each has one verdict, and avsc agrees with it. */
import {
  type CatalogItem,
  catalogItemCodec,
  createCodec,
  flags,
  type LogRecord,
  MAX_UNITS,
  type ReasonCode,
  reasonCodes,
  schemaText,
  wireEncode,
} from '@nextcart/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyItem, olderItemText } from './catalog.fixture.ts';
import { recordOf } from './event.fixture.ts';
import { type CatalogVerdict, createCatalogJudge } from './judge-catalog-record.ts';
import { mutate, seededRandom, spoil } from './mutate.fixture.ts';
import { createWireReference } from './reference.fixture.ts';
import { createSchemaVersions } from './schema-versions.ts';

const RECORDS = 30_000;
const ids = { current: 1, older: 4, wrong: 5 } as const; // one bit makes the third of either
const readable = { [ids.current]: schemaText('catalog-item'), [ids.older]: olderItemText() };
const texts: Readonly<Record<number, string>> = { ...readable, [ids.wrong]: schemaText('behaviour-event') };
const reference = createWireReference<CatalogItem>(readable);
const codec = catalogItemCodec();

const seeds = (): Buffer[] => {
  const older = createCodec<object>(olderItemText());
  return fc
    .sample(anyItem, { numRuns: 400, seed: 3 })
    .map((item, n) =>
      n % 5 === 0 ? wireEncode(ids.older, older.encode(item)) : wireEncode(ids.current, codec.encode(item)),
    );
};

/** Why an item that can be read is none of the shop's; '' where it is one. */
const refusalOf = (item: CatalogItem): ReasonCode | '' => {
  if (Buffer.byteLength(item.itemId) > 256 || Buffer.byteLength(item.currency ?? '') > 32) return 'too_large';
  if (item.itemId === '') return 'missing_item';
  return item.price !== null && (item.price < 0n || item.price > MAX_UNITS) ? 'bad_amount' : '';
};

const same = (item: CatalogItem, read: CatalogItem): boolean =>
  codec.encode(item).equals(codec.encode({ ...read, repurchaseDays: read.repurchaseDays ?? null }));

/** What of the verdict contradicts the record, avsc or itself; '' where nothing does. */
const contradiction = ({ key, value }: LogRecord, verdict: CatalogVerdict): string => {
  const { outcome, reason, fieldPath, item, itemId } = verdict;
  const id = value !== null && value.length >= 5 && value[0] === 0 ? value.readInt32BE(1) : -1;
  if (verdict.schemaId !== id) return 'another schema';
  if (outcome === 'quarantined') {
    if (!reasonCodes.includes(reason as ReasonCode)) return 'no reason';
    if (item !== null || itemId !== '' || verdict.flags !== 0) return 'refused with an item';
  } else if (outcome !== 'accepted' || reason !== '' || fieldPath !== '') return 'no outcome';
  if (value === null) {
    const named = key?.toString() ?? '';
    return item === null && itemId === named && (reason === 'missing_item') === (named === '') ? '' : 'no tombstone';
  }
  const read = reference(value);
  if (outcome === 'accepted') {
    if (read === undefined) return 'accepted though unreadable';
    if (item === null || itemId !== item.itemId || !same(item, read.value)) return 'another item';
    const wanted = (id === ids.older ? flags.oldSchema : 0) | (key?.toString() === itemId ? 0 : flags.wrongKey);
    if (verdict.flags !== wanted) return 'other flags';
  }
  return read?.exact === true && reason !== refusalOf(read.value) ? `not '${refusalOf(read.value)}'` : '';
};

const run = async (seed: number, records: number): Promise<Record<string, number>> => {
  const versions = createSchemaVersions('catalog-item');
  const paths = new Set(['', ...versions.walker.fields]);
  const judging = createCatalogJudge(versions);
  const random = seededRandom(seed);
  const values = seeds();
  const keys = [null, Buffer.alloc(0), Buffer.from('cup'), Buffer.from('Töpfe')];
  const counts: Record<string, number> = {};
  for (let offset = 0; offset < records; offset += 1) {
    const value = random() < 0.02 ? null : spoil(values, random);
    const whole = keys[Math.floor(random() * keys.length)] ?? null;
    const key = whole !== null && random() < 0.2 ? mutate(whole, random) : whole;
    const record = recordOf(value, { offset, key });
    if (versions.idsNotAsked([record]).length > 0) await versions.resolve([record], async (id) => texts[id] ?? null);
    const verdict = judging.judge(record);
    const wrong = paths.has(verdict.fieldPath) ? contradiction(record, verdict) : 'no field';
    if (wrong !== '') throw new Error(`${wrong}: ${verdict.reason} ${verdict.fieldPath} ${value?.toString('hex')}`);
    const outcome = `${verdict.outcome} ${verdict.reason} ${verdict.fieldPath}`;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
};

test('every one of 30,000 mutated items gets exactly one verdict, and avsc does not contradict it', async () => {
  const counts = await run(42, RECORDS);
  expect(Object.values(counts).reduce((sum, n) => sum + n)).toBe(RECORDS);
  expect(counts['accepted  ']).toBeGreaterThan(RECORDS / 20);
  const seen = new Set(Object.keys(counts).map((key) => key.split(' ')[1]));
  for (const reason of [
    'bad_datum',
    'bad_utf8',
    'bad_amount',
    'missing_item',
    'not_avro',
    'unknown_schema',
    'wrong_schema',
  ])
    expect(seen).toContain(reason);
}, 60_000);

test('the same seed gives the same verdicts, another seed others', async () => {
  const [once, again, other] = [await run(1, 3000), await run(1, 3000), await run(2, 3000)];
  expect(again).toEqual(once);
  expect(other).not.toEqual(once);
});

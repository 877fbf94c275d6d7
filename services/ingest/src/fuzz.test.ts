/** Thirty thousand spoilt records of the catalogue, and as many lists: each is one row, at its place, that avsc agrees with. */
import { readFileSync } from 'node:fs';
import { catalogLandingSchema, listsLandingSchema } from '@nextcart/clickhouse';
import {
  type CatalogItem,
  createCodec,
  type LogRecord,
  type ReasonCode,
  type RecommendationList,
  reasonCodes,
  schemaText,
  wireEncode,
} from '@nextcart/contracts';
import { createSchemaVersions } from '@nextcart/events';
import {
  anyItem,
  createReference,
  createWireReference,
  olderItemText,
  seededRandom,
  spoil,
} from '@nextcart/events/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createItemJudge, createListJudge, createRecordLander } from './land-records.ts';
import { createLanded, type Landed } from './lander.ts';
import { anyList, keptOfList, trimmedListText } from './list.fixture.ts';
import { createRowBuffer } from './row-buffer.ts';
import { START } from './test-log.fixture.ts';

const RECORDS = 30_000;
const BATCH = 1000;
const TOPIC_ID = '11111111-1111-4111-8111-111111111111';
const ids = { current: 1, older: 4, wrong: 5 } as const; // one bit makes the third of either

const kinds = {
  items: {
    schema: 'catalog-item',
    older: olderItemText(),
    added: { repurchaseDays: null },
    any: anyItem as fc.Arbitrary<object>,
    judge: createItemJudge,
    landing: catalogLandingSchema(),
    rowText: schemaText('catalog-item'),
    kept: (item: object) => item,
    /** Reasons that say nothing about whether the bytes could be read. */
    ofMeaning: ['too_large', 'missing_item', 'bad_amount'],
    /** Where this is empty, whatever names it is missing. */
    named: (item: object) => (item as CatalogItem).itemId,
    nameless: 'missing_item',
  },
  lists: {
    schema: 'recommendation-list',
    older: readFileSync(new URL('../../../schemas/released/recommendation-list.v1.avsc', import.meta.url), 'utf8'),
    added: { nextPurchases: [] },
    // of few items: the shorter a record, the more of what is spoilt is no text
    any: anyList.map((list): object => ({ ...list, items: list.items.slice(0, 3) })),
    judge: createListJudge,
    landing: listsLandingSchema(),
    rowText: trimmedListText(),
    kept: (list: object) => keptOfList(list as RecommendationList),
    ofMeaning: ['too_large', 'missing_subject'],
    named: (list: object) => (list as RecommendationList).subject,
    nameless: 'missing_subject',
  },
} as const;
type Kind = (typeof kinds)[keyof typeof kinds];

interface Row {
  readonly topic_id: string;
  readonly partition: number;
  readonly offset: number;
  readonly outcome: string;
  readonly reason: string;
  readonly field_path: string;
  readonly raw: Buffer;
  readonly schema_id: number;
  readonly deleted: boolean;
  readonly datum: object;
}

/** A row's prefix, and the record's own fields as one: Avro writes the same bytes. */
const rowSchema = ({ landing, rowText }: Kind): string => {
  const datum = JSON.parse(rowText) as { fields: unknown[] };
  const { fields } = JSON.parse(landing) as { fields: unknown[] };
  const prefix = fields.slice(0, fields.length - datum.fields.length);
  return JSON.stringify({ type: 'record', name: 'Row', fields: [...prefix, { name: 'datum', type: datum }] });
};

const seeds = ({ any, schema, older }: Kind): Buffer[] => {
  const [newest, old] = [createCodec<object>(schemaText(schema)), createCodec<object>(older)];
  return fc
    .sample(any, { numRuns: 300, seed: 3 })
    .map((value, n) =>
      n % 5 === 0 ? wireEncode(ids.older, old.encode(value)) : wireEncode(ids.current, newest.encode(value)),
    );
};

/** What of a row contradicts its record or avsc; '' where nothing does. */
const createCheck = (kind: Kind) => {
  const reference = createWireReference<object>({ [ids.current]: schemaText(kind.schema), [ids.older]: kind.older });
  const readRow = createReference<Row>(rowSchema(kind));
  const own = createCodec<object>(kind.rowText);
  const ofMeaning: readonly string[] = kind.ofMeaning;

  return ({ offset, key, value }: LogRecord, bytes: Buffer, landed: Landed): string => {
    const row = readRow(bytes)?.value;
    if (row === undefined) return 'no row';
    const { outcome, reason } = row;
    if (row.topic_id !== TOPIC_ID || row.partition !== 3 || row.offset !== offset) return 'another place';
    if (outcome !== landed.outcome || reason !== landed.reason || row.field_path !== landed.fieldPath)
      return 'not what the batch was told';
    if (outcome === 'quarantined') {
      if (!reasonCodes.includes(reason as ReasonCode)) return 'no reason';
      if (!row.raw.equals(value ?? Buffer.alloc(0))) return 'other bytes kept';
      if (row.deleted) return 'refused and deleted';
    } else if (outcome !== 'accepted' || reason !== '' || row.field_path !== '' || row.raw.length > 0)
      return 'no outcome';
    const id = value !== null && value.length >= 5 && value[0] === 0 ? value.readInt32BE(1) : -1;
    if (row.schema_id !== id) return 'another schema';
    if (value === null) return row.deleted === (key?.length ?? 0) > 0 ? '' : 'no tombstone';
    if (row.deleted) return 'deleted by a value';
    const read = reference(value);
    const nameless = read !== undefined && kind.named(read.value) === '';
    if (nameless ? outcome === 'accepted' : reason === kind.nameless) return 'not what its name says';
    if (outcome === 'quarantined')
      return read?.exact === true && !ofMeaning.includes(reason) ? 'refused though readable' : '';
    if (read === undefined) return 'accepted though unreadable';
    const wanted = own.encode(kind.kept({ ...kind.added, ...read.value }));
    return own.encode(row.datum).equals(wanted) ? '' : 'another value';
  };
};

const run = async (kind: Kind, seed: number, records: number) => {
  const versions = createSchemaVersions(kind.schema);
  const texts: Readonly<Record<number, string>> = {
    ...{ [ids.current]: schemaText(kind.schema), [ids.older]: kind.older, [ids.wrong]: schemaText('behaviour-event') },
  };
  const lookup = async (id: number) => texts[id] ?? null;
  const lander = createRecordLander({
    ...{ topicId: TOPIC_ID, partition: 3, versions, lookup, judge: kind.judge(versions) },
  });
  const random = seededRandom(seed);
  const values = seeds(kind);
  const check = createCheck(kind);
  const rows = createRowBuffer();
  const landed = createLanded();
  const counts: Record<string, number> = {};
  for (let first = 0; first < records; first += BATCH) {
    rows.clear();
    const batch = Array.from(
      { length: BATCH },
      (_, n): LogRecord => ({
        ...{ offset: first + n, appendedAt: START + n, headers: undefined },
        key: random() < 0.1 ? null : Buffer.from(random() < 0.1 ? '' : 'u1'),
        value: random() < 0.02 ? null : spoil(values, random),
      }),
    );
    await lander.prepare(batch);
    for (const [at, record] of batch.entries()) {
      lander.land(record, START + 5000, rows, landed);
      if (rows.rows !== at + 1) throw new Error(`${rows.rows} rows of ${at + 1} records`);
      const wrong = check(record, rows.slice(at, at + 1), landed);
      if (wrong !== '')
        throw new Error(`${wrong}: ${landed.reason} ${landed.fieldPath} ${record.value?.toString('hex')}`);
      const key = `${landed.outcome} ${landed.reason} ${landed.fieldPath}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
  }
  return counts;
};

describe.each(Object.entries(kinds))('%s', (_, kind) => {
  test('of 30,000 mutated records each is one row, and avsc does not contradict it', async () => {
    const counts = await run(kind, 42, RECORDS);
    expect(Object.values(counts).reduce((sum, n) => sum + n)).toBe(RECORDS);
    expect(counts['accepted  ']).toBeGreaterThan(RECORDS / 20);
    const seen = new Set(Object.keys(counts).map((key) => key.split(' ')[1]));
    for (const reason of ['bad_datum', 'bad_utf8', 'not_avro', 'unknown_schema']) expect(seen).toContain(reason);
  }, 60_000);

  test('the same seed gives the same rows, another seed others', async () => {
    const [once, again, other] = [await run(kind, 1, 2000), await run(kind, 1, 2000), await run(kind, 2, 2000)];
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
  });
});

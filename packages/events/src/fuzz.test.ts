/** A hundred thousand spoilt records: none crashes the cleaner, each is accounted for, and twice the same. */
import { behaviourEventCodec, createCodec, outcomes, reasonCodes, wireEncode } from '@nextcart/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  anyEvent,
  cleanerOf,
  eventOf,
  NOON,
  olderSchemaText,
  recordOf,
  resolvedVersions,
  schemaIds,
  uuidOf,
} from './event.fixture.ts';
import { seededRandom, spoil } from './mutate.fixture.ts';
import { createVerdict } from './verdict.ts';

const RECORDS = 100_000;

/** Whole values to spoil: sensible events, events that the schema alone allows, and some of an older version. */
const seeds = (): Buffer[] => {
  const older = createCodec<object>(olderSchemaText());
  const events = [
    ...Array.from({ length: 300 }, (_, n) => eventOf({ eventId: uuidOf(n), userId: `ü${n}`, amount: BigInt(n) * 7n })),
    ...fc.sample(anyEvent, { numRuns: 300, seed: 3 }),
  ];
  return events.flatMap((event, n) =>
    n % 10 === 0
      ? [wireEncode(schemaIds.older, older.encode(event))]
      : [wireEncode(schemaIds.current, behaviourEventCodec().encode(event))],
  );
};

const run = async (seed: number, records: number) => {
  const versions = await resolvedVersions();
  const cleaner = cleanerOf(versions, { dedupeWindow: 5_000 });
  const random = seededRandom(seed);
  const values = seeds();
  const counts: Record<string, number> = {};
  const paths = new Set(['', 'properties.events', ...versions.walker.fields]);
  const out = createVerdict();
  for (let offset = 0; offset < records; offset += 1) {
    const record = recordOf(spoil(values, random), {
      offset,
      key: random() < 0.1 ? null : Buffer.from('v1'),
      appendedAt: NOON + offset,
    });
    await resolveIfNeeded(record);
    cleaner.judge(record, out);
    const quarantined = out.outcome === 'quarantined';
    if (!outcomes.includes(out.outcome)) throw new Error(`no outcome: ${out.outcome}`);
    if (quarantined !== reasonCodes.includes(out.reason as 'not_avro')) throw new Error(`${out.outcome} ${out.reason}`);
    if (!paths.has(out.fieldPath)) throw new Error(`no field: ${out.fieldPath}`);
    if (!quarantined && out.subject === '') throw new Error('a whole event without a subject');
    const key = `${out.outcome} ${out.reason} ${out.fieldPath}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;

  async function resolveIfNeeded(record: ReturnType<typeof recordOf>) {
    if (versions.idsNotAsked([record]).length > 0) await versions.resolve([record], async () => null);
  }
};

test('every one of 100,000 mutated records gets exactly one outcome, with its reason and field', async () => {
  const counts = await run(42, RECORDS);
  expect(Object.values(counts).reduce((sum, n) => sum + n)).toBe(RECORDS);
  const seen = new Set(Object.keys(counts).map((key) => key.split(' ')[1]));
  for (const reason of ['bad_datum', 'bad_utf8', 'bad_event_id', 'unknown_schema', 'not_avro', 'missing_item'])
    expect(seen).toContain(reason);
  expect(Object.keys(counts).filter((key) => key.startsWith('duplicate'))).toHaveLength(1);
}, 60_000);

test('the same seed gives the same counts, another seed others', async () => {
  const [once, again, other] = [await run(1, 5_000), await run(1, 5_000), await run(2, 5_000)];
  expect(again).toEqual(once);
  expect(other).not.toEqual(once);
});

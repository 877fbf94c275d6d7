/** A record that lies in a fetched block is judged as the same record with buffers of its own. */
import { behaviourEventCodec, flags, type LogRecord, type PackedRecord, wireEncode } from '@nextcart/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCatalogState } from './catalog-state.ts';
import { anyEvent, cleanerOf, NOON, recordOf, resolvedVersions, schemaIds } from './event.fixture.ts';
import { mutate, seededRandom } from './mutate.fixture.ts';
import { createRecordOrigin } from './record-origin.ts';
import { createVerdict, type Verdict } from './verdict.ts';

const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
};
type Header = readonly [name: string, value: Buffer | null];
const headerBytes = (headers: readonly Header[]): Buffer =>
  Buffer.concat(
    headers.flatMap(([name, value]) => [
      varint(Buffer.byteLength(name)),
      Buffer.from(name),
      varint(value === null ? -1 : value.length),
      value ?? Buffer.alloc(0),
    ]),
  );

/** The record within a block of other bytes, with headers as they were sent. */
const packed = (record: LogRecord, headers: Buffer): PackedRecord => {
  const junk = Buffer.from([0x80, 0xff, 0x02, 0x7f]);
  const pieces = [junk, record.key ?? junk, junk, record.value ?? junk, headers, junk];
  const start = (piece: number) => pieces.slice(0, piece).reduce((sum, bytes) => sum + bytes.length, 0);
  return {
    ...record,
    block: Buffer.concat(pieces),
    ...{ keyStart: record.key === null ? -1 : start(1), keyEnd: start(2) },
    ...{ valueStart: record.value === null ? -1 : start(3), valueEnd: start(4) },
    ...{ headersStart: headers.length === 0 ? -1 : start(4), headersEnd: start(5) },
  };
};

const resultOf = (out: Verdict) => {
  const { outcome, reason, fieldPath, flags: bits, schemaId, source, shopClock, subject, category, brand } = out;
  const { lineUnits, lineCurrency, baseUnits } = out;
  const datum = Buffer.from(out.bytes.subarray(out.datumStart, out.datumEnd)).toString('hex');
  const event = outcome === 'quarantined' ? null : out.event.toEvent();
  return {
    ...{ outcome, reason, fieldPath, bits, schemaId, source, shopClock, subject, category, brand },
    ...{ lineUnits, lineCurrency, baseUnits, datum, event },
  };
};

test('whole and spoilt records get the same verdict, packed or not, with the catalogue by bytes or by text', async () => {
  const versions = await resolvedVersions();
  const catalog = createCatalogState();
  const item = { title: '', description: null, price: 5n, currency: 'EUR', stock: null, hidden: false };
  const more = { availableFrom: null, availableUntil: null, repurchaseDays: null, attributes: {}, brand: 'b' };
  const ids = ['i1', 'ü', 'i3', 'i4'];
  for (const [n, itemId] of ids.entries()) catalog.fold(0, n, itemId, { ...item, ...more, itemId, category: [itemId] });
  const cleaning = { categories: [], median: new Float64Array(), mad: new Float64Array(), robots: ['ü', 'v3'] };
  const [plain, inBlocks] = [{ get: catalog.get }, catalog].map((lookup) =>
    cleanerOf(versions, { catalog: lookup, dedupeWindow: 500, cleaning }),
  );
  const random = seededRandom(5);
  const events = fc.sample(anyEvent, { numRuns: 400, seed: 9 });
  const [one, other] = [createVerdict(), createVerdict()];
  const outcomes = new Map<string, number>();
  let robots = 0;
  let known = 0;
  for (let offset = 0; offset < 20_000; offset += 1) {
    const drawn = events[Math.floor(random() * events.length)] as (typeof events)[number];
    const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
    const event = {
      ...drawn,
      ...(random() < 0.8 ? { itemId: pick([...ids, 'i9']), visitorId: pick(['v1', 'ü', 'v3']), eventTime: NOON } : {}),
      ...(random() < 0.8 ? { userId: null, query: 'q', quantity: 2, amount: null } : {}),
    };
    const whole = wireEncode(schemaIds.current, behaviourEventCodec().encode(event));
    const value = random() < 0.05 ? null : random() < 0.3 ? mutate(whole, random) : whole;
    const key = random() < 0.2 ? null : Buffer.from(pick([event.visitorId ?? '', 'v1']));
    const record = recordOf(value, { offset, key, appendedAt: NOON });
    const resolve = [record, packed(record, Buffer.alloc(0))].map((asked) => versions.idsNotAsked([asked]));
    expect(resolve[1]).toEqual(resolve[0]);
    await versions.resolve([record], async () => null);
    plain?.judge(record, one);
    inBlocks?.judge(packed(record, Buffer.alloc(0)), other);
    expect(resultOf(other)).toEqual(resultOf(one));
    outcomes.set(one.outcome, (outcomes.get(one.outcome) ?? 0) + 1);
    if ((one.flags & flags.robot) !== 0) robots += 1;
    if (one.category !== '') known += 1;
  }
  expect([...outcomes.keys()].sort()).toEqual(['accepted', 'duplicate', 'late', 'quarantined']);
  expect(robots).toBeGreaterThan(100);
  expect(known).toBeGreaterThan(100);
}, 60_000);

const anyHeaders = fc.array(
  fc.tuple(
    fc.constantFrom('nextcart-source', 'nextcart-clock', 'nextcart-sourc', 'other', ''),
    fc.option(fc.constantFrom('import', '1772366400000', '', 'ü', 'x'.repeat(65)).map((text) => Buffer.from(text))),
  ),
  { maxLength: 5 },
);

test("source and clock are those of the record's last header of the name, and torn headers are none", () => {
  const origin = createRecordOrigin(); // one for all: nothing of a record is left for the next
  fc.assert(
    fc.property(anyHeaders, fc.nat({ max: 40 }), (headers, torn) => {
      const map: Record<string, Buffer> = {};
      for (const [name, value] of headers)
        if (value === null) delete map[name];
        else map[name] = value;
      const record = recordOf(null, { headers: map });
      const whole = headerBytes(headers);
      const judged = (one: LogRecord) => {
        origin.read(one);
        return [origin.source, origin.shopClock];
      };
      expect(judged(packed(record, whole))).toEqual(judged(record));
      // whatever is left of them, nobody reads beyond
      judged(packed(record, whole.subarray(0, Math.max(0, whole.length - torn))));
    }),
  );
});

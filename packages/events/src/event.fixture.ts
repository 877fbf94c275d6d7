import {
  type BehaviourEvent,
  behaviourEventCodec,
  eventTypes,
  type LogRecord,
  MAX_UNITS,
  schemaText,
  subjectOf,
  wireEncode,
} from '@nextcart/contracts';
import fc from 'fast-check';
import { createCatalogState } from './catalog-state.ts';
import { type Cleaner, type CleanerOptions, createCleaner } from './cleaner.ts';
import { createRates } from './rates.ts';
import { createSchemaVersions, type SchemaVersions } from './schema-versions.ts';

/** A day of the shop on which everything in these tests happens. */
export const NOON = Date.UTC(2026, 2, 1, 12);
export const MINUTE_MS = 60_000;

export const uuidOf = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

export const eventOf = (changes: Partial<BehaviourEvent> = {}): BehaviourEvent => ({
  eventId: uuidOf(1),
  eventTime: NOON,
  eventType: 'view',
  visitorId: 'v1',
  userId: null,
  sessionId: null,
  itemId: 'i1',
  query: null,
  quantity: null,
  amount: null,
  currency: null,
  recommId: null,
  properties: {},
  ...changes,
});

/** The newest schema without its last two fields, and with a text id that is no logical UUID: an older version. */
export const olderSchemaText = (): string => {
  const schema = JSON.parse(schemaText('behaviour-event')) as { fields: { name: string; type: unknown }[] };
  schema.fields = schema.fields
    .filter(({ name }) => name !== 'properties' && name !== 'recommId')
    .map((field) => (field.name === 'eventId' ? { ...field, type: 'string' } : field));
  return JSON.stringify(schema);
};

export const schemaIds = { current: 7, older: 6, wrong: 5, denied: 4 } as const;

/** What a healthy registry answers. */
export const registry = async (id: number): Promise<string | null> => {
  switch (id) {
    case schemaIds.current:
      return schemaText('behaviour-event');
    case schemaIds.older:
      return olderSchemaText();
    case schemaIds.wrong:
      return schemaText('dead-letter');
    default:
      return null;
  }
};

const anyIdRecord = (id: number): LogRecord => recordOf(wireEncode(id, Buffer.alloc(0)));

export const resolvedVersions = async (): Promise<SchemaVersions> => {
  const versions = createSchemaVersions('behaviour-event');
  await versions.resolve(Object.values(schemaIds).map(anyIdRecord), registry);
  return versions;
};

export const recordOf = (value: Buffer | null, changes: Partial<LogRecord> = {}): LogRecord => ({
  offset: 0,
  appendedAt: NOON,
  key: null,
  value,
  headers: undefined,
  ...changes,
});

/** An event as its producer sends it. */
export const recordOfEvent = (event: BehaviourEvent, changes: Partial<LogRecord> = {}): LogRecord =>
  recordOf(wireEncode(schemaIds.current, behaviourEventCodec().encode(event)), {
    key: Buffer.from(subjectOf(event) ?? ''),
    ...changes,
  });

export const cleanerOf = (versions: SchemaVersions, options: Partial<CleanerOptions> = {}): Cleaner =>
  createCleaner({
    partition: 0,
    versions,
    catalog: createCatalogState(),
    rates: createRates({ base: 'EUR', rates: { USD: '0.9' } }),
    ...options,
  });

const text = fc.option(fc.string({ unit: 'binary', maxLength: 20 }), { freq: 2 });

/** Any event that the schema can hold, sensible or not. */
export const anyEvent: fc.Arbitrary<BehaviourEvent> = fc.record({
  eventId: fc.uuid(),
  eventTime: fc.integer({ min: -(2 ** 45), max: 2 ** 45 }),
  eventType: fc.constantFrom(...eventTypes),
  visitorId: text,
  userId: text,
  sessionId: text,
  itemId: text,
  query: text,
  quantity: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  amount: fc.option(fc.bigInt({ min: -MAX_UNITS, max: MAX_UNITS })),
  currency: fc.option(fc.string({ unit: 'binary', maxLength: 5 })),
  recommId: text,
  properties: fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ unit: 'binary', maxLength: 12 }), {
    maxKeys: 4,
    noNullPrototype: true,
  }),
});

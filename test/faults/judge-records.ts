/**
 * What should have become of records that may be spoilt: the rules of the services in one go from the first record of each
 * partition on, with no batches, no broker and no store. That the rules are right is shown in their rooms, against avsc.
 */
import { type LogRecord, registrySubject, type SchemaName, schemaText } from '@nextcart/contracts';
import { createCleaner, createRates, createSchemaVersions, createVerdict, type SchemaVersions } from '@nextcart/events';
import { createWireReference } from '@nextcart/events/testing';
import type { RecordJudge } from '@nextcart/ingest';
import type { RegistryClient } from '@nextcart/kafka';
import type { PlacedRecord } from './read-log.ts';
import type { Expected } from './reference-judge.ts';

const resolver = (versions: SchemaVersions, registry: RegistryClient) => async (record: LogRecord) => {
  if (versions.idsNotAsked([record]).length > 0) await versions.resolve([record], (id) => registry.schema(id));
};

export const judgeEvents = async (log: readonly PlacedRecord[], registry: RegistryClient): Promise<Expected[]> => {
  const versions = createSchemaVersions('behaviour-event');
  const resolve = resolver(versions, registry);
  const rates = createRates({ base: 'EUR', rates: {} });
  const judged: Expected[] = [];
  const out = createVerdict();
  for (const number of new Set(log.map(({ partition }) => partition))) {
    const cleaner = createCleaner({ partition: number, versions, catalog: { get: () => undefined }, rates });
    for (const record of log.filter(({ partition }) => partition === number)) {
      await resolve(record);
      cleaner.judge(record, out);
      judged.push({ partition: number, offset: record.offset, outcome: out.outcome, reason: out.reason });
    }
  }
  return judged;
};

/** Of a record of a compacted topic. */
export interface Named extends Expected {
  /** The item or the subject as avsc reads it, or as a tombstone's key has it; empty where quarantined. */
  readonly name: string;
  readonly deleted: boolean;
}

/** The catalogue or lists: `field` names what a record is about. */
export const judgeNamed = async (
  log: readonly PlacedRecord[],
  registry: RegistryClient,
  of: {
    readonly topic: string;
    readonly schema: SchemaName;
    readonly field: string;
    createJudge(versions: SchemaVersions): RecordJudge;
  },
): Promise<Named[]> => {
  const versions = createSchemaVersions(of.schema);
  const resolve = resolver(versions, registry);
  const judge = of.createJudge(versions);
  const id = await registry.register(registrySubject(of.topic), schemaText(of.schema));
  const reference = createWireReference<Readonly<Record<string, string>>>({ [id]: schemaText(of.schema) });
  const nameOf = ({ key, value }: LogRecord): string =>
    value === null ? String(key) : (reference(value)?.value[of.field] ?? 'unreadable');
  const judged: Named[] = [];
  for (const record of log) {
    await resolve(record);
    const { partition, offset } = record;
    const { outcome, reason, deleted } = judge.judge(record);
    const name = outcome === 'accepted' ? nameOf(record) : '';
    judged.push({ partition, offset, outcome, reason, deleted, name });
  }
  return judged;
};

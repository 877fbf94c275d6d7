import {
  catalogItemCodec,
  type LogRecord,
  type ReasonCode,
  recommendationListCodec,
  WIRE_HEADER_BYTES,
  wireSchemaId,
} from '@nextcart/contracts';
import {
  createCatalogJudge,
  createDatumView,
  MAX_VALUE_BYTES,
  type SchemaVersion,
  type SchemaVersions,
} from '@nextcart/events';
import type { Lander } from './lander.ts';
import { createListTrimmer } from './trim-list.ts';
import { type RecordVerdict, rowHead, writeRecordRow } from './write-record-row.ts';

/**
 * Records of the two compacted topics: read or not, a tombstone or not; nothing depends on what came before. A verdict is
 * good until the next.
 */
export interface RecordJudge {
  judge(record: LogRecord): RecordVerdict;
  /** The row of a record that can't be stored. */
  refused(schemaId: number, reason: ReasonCode, fieldPath: string): RecordVerdict;
}

const judgeWith = (
  emptyDatum: (key: string) => Buffer,
): RecordJudge['refused'] & { tombstone(key: string): RecordVerdict } => {
  const empty = emptyDatum('');
  const refused: RecordJudge['refused'] = (schemaId, reason, fieldPath) => ({
    outcome: 'quarantined',
    ...{ reason, fieldPath, schemaId, deleted: false, datum: empty, datumStart: 0 },
  });
  const tombstone = (key: string): RecordVerdict => ({
    outcome: 'accepted',
    ...{ reason: '', fieldPath: '', schemaId: -1, deleted: true, datum: emptyDatum(key), datumStart: 0 },
  });
  return Object.assign(refused, { tombstone });
};

/** The value's datum in the newest schema; copied where an older version had to be transcoded. */
const accepted = (value: Buffer, version: SchemaVersion | undefined): RecordVerdict => {
  const old = version?.kind === 'other';
  return {
    outcome: 'accepted',
    ...{ reason: '', fieldPath: '', schemaId: wireSchemaId(value) | 0, deleted: false },
    datum: old ? version.transcode(value.subarray(WIRE_HEADER_BYTES)) : value,
    datumStart: old ? 0 : WIRE_HEADER_BYTES,
  };
};

export const createItemJudge = (versions: SchemaVersions): RecordJudge => {
  const refused = judgeWith((itemId) =>
    catalogItemCodec().encode({
      ...{ itemId, title: '', description: null, category: [], brand: null, price: null, currency: null },
      ...{
        stock: null,
        hidden: false,
        availableFrom: null,
        availableUntil: null,
        repurchaseDays: null,
        attributes: {},
      },
    }),
  );
  const items = createCatalogJudge(versions);
  return {
    refused,
    judge: (record) => {
      const verdict = items.judge(record);
      if (verdict.outcome === 'quarantined')
        return refused(verdict.schemaId, verdict.reason || 'bad_datum', verdict.fieldPath);
      if (record.value === null) return refused.tombstone(verdict.itemId);
      return accepted(record.value, versions.of(wireSchemaId(record.value)));
    },
  };
};

export const createListJudge = (versions: SchemaVersions): RecordJudge => {
  const refused = judgeWith((subject) =>
    recommendationListCodec().encode({
      ...{ subject, recommId: '', items: [], release: '', snapshots: {}, catalogPosition: '', partition: 0 },
      ...{ triggerOffset: -1, eventTime: 0, appendedAt: 0, receivedAt: 0, stateAt: 0, scoredAt: 0 },
      ...{ publishedAt: 0, expiresAt: 0, nextPurchases: [] },
    }),
  );
  const { walker: newest } = versions;
  const view = createDatumView(newest.fields.length);
  const [subject, items] = [newest.field('subject'), newest.field('items')];
  const trim = createListTrimmer();
  /** A list, or a tombstone, of nobody. */
  const nobodys = (schemaId: number): RecordVerdict => refused(schemaId, 'missing_subject', 'subject');
  /** What was walked last, in the newest schema, as its row has it. */
  const trimmed = (verdict: RecordVerdict): RecordVerdict => {
    const at = {
      from: view.starts[items] as number,
      to: view.ends[items] as number,
      count: view.numbers[items] as number,
    };
    return { ...verdict, datum: trim(verdict.datum, verdict.datumStart, at), datumStart: 0 };
  };
  return {
    refused,
    judge: ({ key, value }) => {
      if (value === null)
        return key === null || key.length === 0 ? nobodys(-1) : refused.tombstone(key.toString('utf8'));
      if (value.length === 0) return refused(-1, 'empty_value', '');
      const id = wireSchemaId(value);
      if (value.length > MAX_VALUE_BYTES) return refused(id | 0, 'too_large', '');
      if (id < 0) return refused(-1, 'not_avro', '');
      const version = versions.of(id);
      if (version === undefined) throw new RangeError(`schema id ${id} was judged before the registry was asked`);
      if (version.kind === 'unknown') return refused(id | 0, 'unknown_schema', '');
      if (version.kind === 'wrong') return refused(id | 0, 'wrong_schema', '');
      const old = version.kind === 'other';
      const walker = old ? version.walker : newest;
      if (!walker.walk(value, WIRE_HEADER_BYTES, value.length, old ? version.view : view))
        return refused(id | 0, walker.fault || 'bad_datum', walker.path);
      try {
        const verdict = accepted(value, version);
        if (old && !newest.walk(verdict.datum, 0, verdict.datum.length, view)) return refused(id | 0, 'bad_datum', '');
        return view.starts[subject] === view.ends[subject] ? nobodys(id | 0) : trimmed(verdict);
      } catch {
        return refused(id | 0, 'bad_datum', '');
      }
    },
  };
};

export const createRecordLander = (deps: {
  readonly topicId: string;
  readonly partition: number;
  readonly versions: SchemaVersions;
  lookup(schemaId: number): Promise<string | null>;
  readonly judge: RecordJudge;
}): Lander => {
  const { judge, versions } = deps;
  const head = rowHead(deps.topicId, deps.partition);
  const stateless = { watermarks: {}, cleaning: null, catalog: '' };
  return {
    prepare: (records) => versions.resolve(records, deps.lookup),
    restore: async () => {},
    beginBatch: () => stateless,
    land: (record, receivedAt, rows, out) => {
      const verdict = judge.judge(record);
      writeRecordRow(rows, head, record, verdict, receivedAt);
      out.outcome = verdict.outcome;
      out.reason = verdict.reason;
      out.fieldPath = verdict.fieldPath;
      out.schemaId = verdict.schemaId;
    },
    writeRefused: (record, { schemaId }, receivedAt, rows) =>
      writeRecordRow(rows, head, record, judge.refused(schemaId, 'store_refused', ''), receivedAt),
  };
};

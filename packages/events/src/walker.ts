import type { ReasonCode, Writable } from '@nextcart/contracts';
import type { Step } from './compile-leaf.ts';
import { type AvroSchema, compileSchema } from './compile-schema.ts';
import { createCursor, fail } from './cursor.ts';
import { defaultLimits, type Limits } from './limits.ts';

/**
 * A walk over the bytes of one datum of a record schema: checks all of it, decodes none of it, and leaves behind where
 * each field lies. avsc is the reference: a datum is accepted where avsc accepts it, but for the checks that are
 * stricter here: UUID text, UTF-8, lengths against `limits`, `int` within 32 bits, booleans 0 or 1, varints of at most
 * 10 bytes, the byte size of a block, more entries of a block than bytes left, nesting beyond 32.
 */
export interface Walker {
  readonly fields: readonly string[];
  /** Position of a field. Throws RangeError where there is none. */
  field(name: string): number;
  /** True with the view filled; false with `fault` and `path` set and the view not to be read. Never throws. */
  walk(bytes: Uint8Array, start: number, end: number, view: DatumView): boolean;
  /** Of the last walk that failed. */
  readonly fault: ReasonCode | '';
  /** Dotted path of the field that is wrong; empty for the datum as a whole. */
  readonly path: string;
}

/** Where the fields of the last walk lie, by their position in the schema. */
export interface DatumView {
  bytes: Uint8Array;
  /** First byte of the content (after a union's branch and a length), -1 where the field is null. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Value of int, long, enum and boolean; 1 for ASCII text, 0 for other text; entries of a map or an array. */
  readonly numbers: Float64Array;
  /** 128 bits of the datum's last UUID. */
  readonly uuid: Int32Array;
  /** Counts walks: what was read from an earlier one is stale. */
  walks: number;
}

export const createDatumView = (fields: number): DatumView => ({
  bytes: new Uint8Array(0),
  starts: new Int32Array(fields),
  ends: new Int32Array(fields),
  numbers: new Float64Array(fields),
  uuid: new Int32Array(4),
  walks: 0,
});

/** Compiles the text of a record schema. Throws where it is no JSON or no record. */
export const createWalker = (schemaText: string, limits: Limits = defaultLimits): Walker => {
  const schema = JSON.parse(schemaText) as Extract<AvroSchema, { type: string }>;
  if (schema.type !== 'record' || schema.fields === undefined) throw new RangeError('a walker needs a record schema');
  const fields = schema.fields.map((field) => field.name);
  // field by field rather than as one record, because a walk wants to know where each lies
  const steps = compileSchema(schema, limits).fields ?? [];
  const c = createCursor();

  const refuse = (): false => {
    walker.fault = c.fault;
    walker.path = c.path;
    return false;
  };
  const walker: Writable<Walker> = {
    fields,
    field: (name) => {
      const at = fields.indexOf(name);
      if (at < 0) throw new RangeError(`no field '${name}' in ${fields.join(', ')}`);
      return at;
    },
    walk: (bytes, start, end, view) => {
      c.bytes = bytes;
      c.at = start;
      c.end = Math.min(end, bytes.length);
      c.depth = 0;
      const { starts, ends, numbers } = view;
      for (let i = 0; i < steps.length; i += 1) {
        if (!(steps[i] as Step)(c)) {
          c.path = c.path === '' ? (fields[i] as string) : `${fields[i]}.${c.path}`;
          return refuse();
        }
        starts[i] = c.start;
        ends[i] = c.stop;
        numbers[i] = c.value;
      }
      if (c.at !== c.end) {
        fail(c, 'bad_datum');
        return refuse();
      }
      view.bytes = bytes;
      view.uuid.set(c.uuid);
      view.walks += 1;
      return true;
    },
    fault: '',
    path: '',
  };
  return walker;
};

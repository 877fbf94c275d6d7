import { type Compiled, compileLeaf, type LeafSchema, type Step, textStep } from './compile-leaf.ts';
import { fail, readLong } from './cursor.ts';
import type { Limits } from './limits.ts';

/** A schema as its JSON is. */
export type AvroSchema =
  | string
  | readonly AvroSchema[]
  | (LeafSchema & {
      readonly name?: string;
      readonly namespace?: string;
      readonly fields?: readonly { readonly name: string; readonly type: AvroSchema }[];
      readonly values?: AvroSchema;
      readonly items?: AvroSchema;
    });

/** A schema that names itself can nest a datum as deep as its bytes go; ours are flat. */
const MAX_DEPTH = 32;

const joinPath = (name: string, rest: string): string => (rest === '' ? name : `${name}.${rest}`);

/** Fields one after the other. */
const recordStep =
  (names: readonly string[], steps: readonly Step[]): Step =>
  (c) => {
    if (c.depth >= MAX_DEPTH) return fail(c, 'bad_datum');
    c.depth += 1;
    const start = c.at;
    for (let i = 0; i < steps.length; i += 1) {
      if (!(steps[i] as Step)(c)) {
        c.path = joinPath(names[i] as string, c.path);
        return false;
      }
    }
    c.depth -= 1;
    c.start = start;
    c.stop = c.at;
    return true;
  };

const unionStep =
  (branches: readonly Step[]): Step =>
  (c) => {
    const branch = readLong(c);
    // an index that is no integer in range finds nothing, NaN included
    const step = branches[branch];
    return step === undefined ? fail(c, 'bad_datum') : step(c);
  };

/**
 * Blocks of a map or an array. A count is believed only as far as the bytes that are left could hold it, so that eight
 * bytes can't order a million turns; a block's byte size (negative count) must be the block's size.
 */
const blocksStep =
  (step: Step, minBytes: number): Step =>
  (c) => {
    const start = c.at;
    let entries = 0;
    for (;;) {
      let count = readLong(c);
      if (count === 0) break;
      let blockEnd = -1;
      if (count < 0) {
        count = -count;
        const size = readLong(c);
        if (!(size >= 0 && size <= c.end - c.at)) return fail(c, 'bad_datum');
        blockEnd = c.at + size;
      }
      // entries of no bytes (an array of nulls) are held to one a byte as well
      if (!(count <= (c.end - c.at) / Math.max(1, minBytes))) return fail(c, 'bad_datum');
      entries += count;
      for (; count > 0; count -= 1) if (!step(c)) return false;
      if (blockEnd >= 0 && c.at !== blockEnd) return fail(c, 'bad_datum');
    }
    c.start = start;
    c.stop = c.at;
    c.value = entries;
    return true;
  };

/**
 * Compiles a schema to one step. Paths of limits are dotted field names; maps, arrays and unions add nothing to them.
 * Throws RangeError on a schema that is none.
 */
export const compileSchema = (root: AvroSchema, limits: Limits): Compiled => {
  const named = new Map<string, Step>();

  const compile = (schema: AvroSchema, path: string, namespace: string): Compiled => {
    const limit = limits.byPath[path] ?? limits.textBytes;
    if (Array.isArray(schema)) {
      const branches = (schema as readonly AvroSchema[]).map((branch) => compile(branch, path, namespace));
      return { step: unionStep(branches.map((b) => b.step)), minBytes: 1 };
    }
    const node = (typeof schema === 'string' ? { type: schema } : schema) as Exclude<
      AvroSchema,
      string | readonly AvroSchema[]
    >;
    if (typeof node.type !== 'string') return compile(node.type, path, namespace);

    const space = node.namespace ?? namespace;
    const fullName = node.name === undefined || node.name.includes('.') ? node.name : `${space}.${node.name}`;
    const leaf = compileLeaf(node, limit);
    if (leaf !== undefined) {
      if (fullName !== undefined) named.set(fullName, leaf.step);
      return leaf;
    }
    switch (node.type) {
      case 'record': {
        const steps: Step[] = [];
        const fields = node.fields ?? [];
        const step = recordStep(
          fields.map((field) => field.name),
          steps,
        );
        if (fullName !== undefined) named.set(fullName, step); // before its fields, which may name it
        const parts = fields.map((field) =>
          compile(field.type, path === '' ? field.name : `${path}.${field.name}`, space),
        );
        steps.push(...parts.map((part) => part.step));
        return { step, minBytes: parts.reduce((sum, part) => sum + part.minBytes, 0), fields: steps };
      }
      case 'map': {
        const value = compile(node.values ?? 'null', path, space);
        const key = textStep(limit);
        return { step: blocksStep((c) => key(c) && value.step(c), 1 + value.minBytes), minBytes: 1 };
      }
      case 'array': {
        const item = compile(node.items ?? 'null', path, space);
        return { step: blocksStep(item.step, item.minBytes), minBytes: 1 };
      }
      default: {
        const known = named.get(node.type) ?? named.get(`${namespace}.${node.type}`);
        if (known === undefined) throw new RangeError(`no Avro type: '${node.type}'`);
        return { step: known, minBytes: 0 };
      }
    }
  };
  return compile(root, '', '');
};

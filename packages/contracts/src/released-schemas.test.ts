/** The public promise: what was ever released can still be read. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { avroType } from './codecs.ts';
import { schemaText } from './schemas.ts';
import { type SchemaName, schemaNames } from './topics.ts';

const folder = join(dirname(fileURLToPath(import.meta.resolve('@nextcart/schemas/behaviour-event.avsc'))), 'released');
const released = readdirSync(folder).map((file) => {
  const [, name, version] = /^(.+)\.v(\d+)\.avsc$/.exec(file) ?? [];
  return { file, name: name as SchemaName, version: Number(version), text: readFileSync(join(folder, file), 'utf8') };
});

/** Logical types by path: where one is lost, the same bytes mean another thing, which resolving does not see. */
const meaningsOf = (schema: unknown, path = ''): string[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap((part) => meaningsOf(part, path));
  const { name, type, fields, items, values, logicalType, scale } = schema as Record<string, unknown>;
  const here = type === 'record' || name === undefined || fields !== undefined ? path : `${path}.${name as string}`;
  const own = logicalType === undefined ? [] : [`${here} ${logicalType as string} ${String(scale)}`];
  return [...own, ...[type, fields, items, values].flatMap((part) => meaningsOf(part, here))];
};

describe.each(schemaNames)('%s', (name) => {
  const versions = released.filter((file) => file.name === name).sort((a, b) => a.version - b.version);

  test('has released versions, numbered from 1 without a gap', () => {
    expect(versions.map(({ version }) => version)).toEqual(versions.map((_, at) => at + 1));
    expect(versions.length).toBeGreaterThan(0);
  });

  test('reads every released version, and what its numbers meant they still mean', () => {
    const newest = avroType(schemaText(name));
    const meanings = new Set(meaningsOf(JSON.parse(schemaText(name))));
    for (const { file, text } of versions) {
      const writer = avroType(text);
      expect(() => newest.createResolver(writer), file).not.toThrow();
      for (const meaning of meaningsOf(JSON.parse(text))) expect(meanings, file).toContain(meaning);
    }
  });
});

test('no released file is of a schema that is gone', () => {
  expect(released.map(({ name }) => name).filter((name) => !schemaNames.includes(name))).toEqual([]);
});

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readMigrations, renderSql, splitStatements } from './migration-file.ts';

const TABLE =
  'CREATE TABLE t {{on_cluster}} (a Int8) ENGINE = {{replicated}}MergeTree SETTINGS {{deduplication_window}} = 5';

test('one machine gets plain engines, a cluster gets replicated ones, from the same file', () => {
  expect(renderSql(TABLE, undefined)).toBe(
    'CREATE TABLE t  (a Int8) ENGINE = MergeTree SETTINGS non_replicated_deduplication_window = 5',
  );
  expect(renderSql(TABLE, 'shop')).toBe(
    "CREATE TABLE t ON CLUSTER 'shop' (a Int8) ENGINE = ReplicatedMergeTree SETTINGS replicated_deduplication_window = 5",
  );
});

test('a misspelt variable is an error, not a piece of SQL', () => {
  expect(() => renderSql('{{on_clutser}}', undefined)).toThrow(/on_clutser.*on_cluster/);
});

test('a file is cut at semicolons that end a line, whatever comments hold', () => {
  const sql = "-- a comment; with a semicolon\nSELECT ';' AS a\n;\n\nSELECT 2; -- why;\nSELECT 3\n";
  expect(splitStatements(sql)).toEqual(["SELECT ';' AS a", 'SELECT 2', 'SELECT 3']);
});

test('the house’s own files are whole for one machine and for a cluster: every table is replicated there, and made everywhere', () => {
  for (const { name, text } of readMigrations(join(import.meta.dirname, '..', 'sql'))) {
    const sql = splitStatements(renderSql(text, 'shop'));
    for (const statement of sql) expect(statement, name).toMatch(/^(CREATE|ALTER|RENAME)[^(]* ON CLUSTER 'shop'/);
    for (const engine of sql.flatMap((statement) => statement.match(/ENGINE = \w+/g) ?? []))
      expect(engine, name).toMatch(/^ENGINE = Replicated\w*MergeTree$/);
    const alone = renderSql(text, undefined);
    expect(alone, name).not.toMatch(/\{\{|ON CLUSTER|= Replicated/);
  }
});

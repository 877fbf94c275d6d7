import { expect, test } from 'vitest';
import { renderSql, splitStatements } from './migration-file.ts';

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

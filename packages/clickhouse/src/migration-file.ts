import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NextcartError } from '@nextcart/contracts';

/** A numbered SQL file as it lies in the folder, before its variables are filled in. */
export interface MigrationFile {
  readonly name: string;
  /** SHA-256 of the text, so that the same file has one checksum on every server. */
  readonly checksum: string;
  readonly text: string;
}

/** The files of a folder in the order of their numbers. */
export const readMigrations = (directory: string): MigrationFile[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => {
      const text = readFileSync(join(directory, name), 'utf8');
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
    });

/**
 * One machine or a cluster: the same files. `{{on_cluster}}`, `{{replicated}}` (before an engine's name) and
 * `{{deduplication_window}}` (a setting's name). An unknown variable throws, before anything is run.
 */
export const renderSql = (text: string, cluster: string | undefined): string => {
  const variables: Record<string, string> = {
    on_cluster: cluster === undefined ? '' : `ON CLUSTER '${cluster}'`,
    replicated: cluster === undefined ? '' : 'Replicated',
    deduplication_window:
      cluster === undefined ? 'non_replicated_deduplication_window' : 'replicated_deduplication_window',
  };
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) {
      const known = Object.keys(variables).join(', ');
      throw new NextcartError('bad_configuration', `unknown variable {{${name}}} in SQL; known: ${known}`, {
        retry: false,
      });
    }
    return value;
  });
};

/** Statements of a file: each ends with `;` at the end of its line. Comments of whole lines are left out. */
export const splitStatements = (sql: string): string[] =>
  sql
    .replaceAll(/^\s*--.*$/gm, '')
    .split(/;[ \t]*(?:--.*)?$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');

/**
 * Rows of a delimited text file, gzipped or not, as a stream.
 * - A row knows the line that it ends on, so that an error can name it.
 * - Columns are asked for by name; a file that lacks one is refused before its first row.
 */
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { NextcartError } from '@nextcart/contracts';
import { CsvError, parse } from 'csv-parse';
import type { Pass } from './file-dataset.ts';
import { plainName } from './source-files.ts';

export interface Row<C extends string> {
  readonly file: string;
  readonly line: number;
  readonly cells: Readonly<Record<C, string>>;
}

export interface TableOptions<C extends string> {
  readonly columns: readonly C[];
  readonly delimiter?: string;
  /** The file has no heading line: these are all its columns, in their order. */
  readonly headless?: readonly C[];
  /** Other spellings of a column in published copies: what a file says, by lower case without `_`, `.` and spaces. */
  readonly spellings?: Readonly<Record<string, C>>;
  /** Quotes mean nothing (formats that have none and may hold one in a text). */
  readonly unquoted?: boolean;
}

const bare = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[_.\s]/g, '');

export const badLine = (row: { file: string; line: number }, text: string): NextcartError =>
  new NextcartError('bad_input', `${row.file}:${row.line}: ${text}`, { retry: false });

const GZIP = 0x1f8b;
const isGzip = (path: string): boolean => {
  const head = Buffer.alloc(2);
  const file = openSync(path, 'r');
  try {
    return readSync(file, head, 0, 2, 0) === 2 && head.readUInt16BE() === GZIP;
  } finally {
    closeSync(file);
  }
};

const columnsOf = <C extends string>(path: string, options: TableOptions<C>, heading: readonly string[]) => {
  const wanted = new Map<string, C>(options.columns.map((column) => [bare(column), column]));
  const names = heading.map((text) => wanted.get(bare(text)) ?? options.spellings?.[bare(text)] ?? false);
  const missing = options.columns.filter((column) => !names.includes(column));
  if (missing.length > 0) {
    throw new NextcartError(
      'bad_input',
      `${path}:1: no column ${missing.join(', ')}; the file has: ${heading.join(', ')}. Is it the original format? See docs/datasets.md`,
      { retry: false },
    );
  }
  return names;
};

/**
 * Gunzipped where the file begins like gzip, whatever its name says. `pass` is told the bytes as they come from the disk.
 * Throws 'bad_input' with file and line where a line has another number of columns, or quotes that do not end; with the
 * file where a compressed one is cut short or damaged.
 */
export async function* readTable<C extends string>(
  path: string,
  options: TableOptions<C>,
  pass?: Pick<Pass, 'bytes'>,
): AsyncGenerator<Row<C>> {
  const parser = parse({
    bom: true,
    delimiter: options.delimiter ?? ',',
    ...(options.unquoted === true ? { quote: null } : {}),
    columns:
      options.headless === undefined ? (heading: string[]) => columnsOf(path, options, heading) : [...options.headless],
    info: true,
    skip_empty_lines: true,
    max_record_size: 1_048_576, // an unended quote must not swallow the rest of the file
  });
  const file = plainName(path);
  const disk = createReadStream(path);
  const rows: Readable = isGzip(path)
    ? pipeline(disk, createGunzip(), parser, () => undefined)
    : pipeline(disk, parser, () => undefined);
  let told = 0;
  try {
    for await (const { record, info } of rows as AsyncIterable<{
      record: Record<C, string>;
      info: { lines: number };
    }>) {
      if (disk.bytesRead > told) pass?.bytes(disk.bytesRead - told);
      told = disk.bytesRead;
      yield { file, line: info.lines, cells: record };
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_'))
      throw new NextcartError('bad_input', `${path}: the compressed file is cut short or damaged (${message})`, {
        retry: false,
        cause: error,
      });
    if (!(error instanceof CsvError)) throw error;
    const { lines } = error as CsvError & { lines?: number };
    throw new NextcartError('bad_input', `${path}:${lines ?? '?'}: ${error.message}`, { retry: false, cause: error });
  } finally {
    rows.destroy();
  }
}

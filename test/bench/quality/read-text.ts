import { readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { NextcartError } from '@nextcart/contracts';

/** The file, or its gzipped self beside it; undefined where neither is there. */
export const findText = (path: string): string | undefined =>
  [path, `${path}.gz`].find((one) => statSync(one, { throwIfNoEntry: false })?.isFile());

/** Of a file that `findText` finds; throws where there is none. */
export const readText = (path: string): string => {
  const bytes = readFileSync(findText(path) ?? path);
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString();
};

export interface Line {
  /** Without blanks around it. */
  readonly text: string;
  /** What is wrong with it, by file and number. */
  refuse(why: string): NextcartError;
}

/** Lines of a file that are not blank. */
export const readLines = (path: string): Line[] =>
  readText(path)
    .split('\n')
    .flatMap((line, at): Line[] => {
      const text = line.trim();
      if (text === '') return [];
      const where = `${path}, line ${at + 1}, '${text.slice(0, 60)}'`;
      return [{ text, refuse: (why) => new NextcartError('bad_input', `${where}: ${why}`, { retry: false }) }];
    });

import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { NextcartError } from '@nextcart/contracts';

/** A data set as its publisher ships it, for errors that tell the cure. */
export interface SourceDescription {
  readonly name: string;
  /** Where a person gets the files. */
  readonly getIt: string;
}

/** A file's name as its publisher wrote it: without the folder and without `.gz`. */
export const plainName = (path: string): string => basename(path).replace(/\.gz$/, '');

const problem = (source: SourceDescription, text: string): NextcartError =>
  new NextcartError('bad_input', `${source.name}: ${text}. Get it from ${source.getIt}`, { retry: false });

/**
 * The files of a source: the one that was named, or those of the named folder, gzipped or not, in the order of their
 * names. Throws 'bad_input' where the path is missing.
 */
export const listFiles = (source: SourceDescription, path: string): string[] => {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw problem(source, `there is no '${path}'`);
  return stat.isDirectory()
    ? readdirSync(path)
        .sort()
        .map((name) => join(path, name))
    : [path];
};

/** Those whose plain name matches; of one that lies beside its gzipped self the first. `needed` (a name as people know it) makes none of them an error. */
export const pickFiles = (
  source: SourceDescription,
  files: readonly string[],
  pattern: RegExp,
  needed?: string,
): string[] => {
  const found = files.filter(
    (file, at) =>
      pattern.test(plainName(file)) && files.findIndex((other) => plainName(other) === plainName(file)) === at,
  );
  if (found.length > 0 || needed === undefined) return found;
  const seen = files.length === 0 ? 'an empty folder' : files.map((file) => basename(file)).join(', ');
  throw problem(source, `no ${needed} (or ${needed}.gz) among: ${seen}`);
};

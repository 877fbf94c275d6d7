import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findText } from '../read-text.ts';

/**
 * Under which name a run over somebody's own files is kept, and what the files were: another shop's are another run, and
 * figures of files that have changed since are not taken over.
 */
export const ownRunOf = (bench: string, path: string): { readonly name: string; readonly files: readonly string[] } => {
  const file = findText(path);
  const all =
    file === undefined
      ? readdirSync(path)
          .sort()
          .map((name) => join(path, name))
      : [file];
  const files = all.map((one) => {
    const { size, mtimeMs } = statSync(one);
    return `${one}, ${size} bytes of ${mtimeMs}`;
  });
  return { name: `${bench}-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`, files };
};

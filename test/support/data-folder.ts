import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '@nextcart/local';

/** A file of the public data sets: from NEXTCART_DATA, else from shared/data beside the repository. Undefined where it is missing. */
export const dataFile = (...path: string[]): string | undefined => {
  const file = join(process.env['NEXTCART_DATA'] ?? join(repoRoot, '..', 'shared', 'data'), ...path);
  return existsSync(file) ? file : undefined;
};

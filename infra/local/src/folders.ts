import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout this file lives in. */
export const repoRoot = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');

/** Of the stack that `npm start` runs: data, logs and addresses. */
export const defaultDataDir = (): string => join(repoRoot, '.nextcart');

/** What is downloaded once and shared by all stacks of a checkout; `NEXTCART_CACHE` moves it. */
export const cacheDir = (env: Readonly<Record<string, string | undefined>>): string =>
  resolve(env['NEXTCART_CACHE'] ?? join(repoRoot, '.nextcart', 'cache'));

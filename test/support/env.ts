import { join } from 'node:path';

/** Also where vitest was not started by bootstrap.mjs: threads of tests die of making what Node keeps there (decision 49). */
export const keepCompiled = (root: string): void => {
  process.env['NODE_COMPILE_CACHE'] ??= join(root, '.nextcart', 'compiled');
};

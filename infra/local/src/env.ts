import type { Env } from './urls.ts';

/** As the person has it, for the children: what is read of it here is in `urlsFromEnv` and `cacheDir`. */
export const readEnv = (): Env => process.env;

import { join } from 'node:path';
import { repoRoot } from '@nextcart/local';
import { type Finished, runProgram } from './run-program.ts';
import type { System } from './system.ts';

/** `nextcart ARGS` against a system, as a person would run it. */
export const cli = (system: Pick<System, 'env'>, args: readonly string[], timeoutMs?: number): Promise<Finished> =>
  runProgram(process.execPath, [join(repoRoot, 'packages', 'cli', 'src', 'main.ts'), ...args], {
    env: system.env,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '@nextcart/local';

/** A Python that has a package: the environment that `cure` makes, or `python3` as it is. */
export type FoundPeer = { readonly python: string } | { readonly missing: string; readonly cure: string };

const ENVIRONMENT = '.nextcart/peers';
const REQUIREMENTS = 'test/bench/peers/requirements.txt';
const cure = `python3 -m venv ${ENVIRONMENT} && ${ENVIRONMENT}/bin/pip install -r ${REQUIREMENTS}`;

export const findPeer = (name: 'torch' | 'scipy'): FoundPeer => {
  const own = join(repoRoot, ENVIRONMENT, 'bin', 'python');
  const python = existsSync(own) ? own : 'python3';
  try {
    execFileSync(python, ['-c', `import ${name}`], { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
    return { python };
  } catch (error) {
    const { stderr, message } = error as Error & { readonly stderr?: string };
    return { missing: stderr?.trim().split('\n').at(-1) ?? message, cure };
  }
};

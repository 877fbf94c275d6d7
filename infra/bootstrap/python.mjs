import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, say, step } from './run.mjs';
import { ensure } from './tools.mjs';

const venv = join(root, '.nextcart', 'venv');
const requirements = join(root, 'test', 'support', 'requirements.txt');
const stamp = join(venv, '.nextcart-installed');

/** A Python with the outside clients of the end-to-end tests. Where it can't be had this is said; those tests fail. */
export const ensurePython = async () => {
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const pip = join(venv, 'bin', 'pip');
  const done =
    (await ensure('python3', ['-c', 'import ensurepip, venv'], 'python3-venv')) && // which Debian leaves out of python3
    (await step('python3 -m venv .nextcart/venv', 'python3', ['-m', 'venv', venv])) === 0 &&
    (await step('pip install (clients for tests)', pip, [
      'install',
      '-q',
      '--disable-pip-version-check',
      '-r',
      requirements,
    ])) === 0;
  if (done) writeFileSync(stamp, wanted);
  else
    say(
      '  no Python with confluent-kafka and fastavro: tests that use it will fail. Cure: install Python 3 with venv and pip (Debian: apt-get install python3-venv)',
    );
};

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, say, step } from './run.mjs';
import { ensure } from './tools.mjs';

const venv = join(root, '.nextcart', 'venv');

/** What tests want of Python. `lacking`: what is said, and then goes on, where it can't be had. */
const wants = [
  {
    what: 'clients for tests',
    requirements: join(root, 'test', 'support', 'requirements.txt'),
    stamp: join(venv, '.nextcart-installed'),
    lacking: 'no Python with confluent-kafka and fastavro: tests that use it will fail',
  },
  {
    what: 'onnxruntime for tests, 45 MB',
    requirements: join(root, 'packages', 'models', 'src', 'artifact', 'requirements.txt'),
    stamp: join(venv, '.nextcart-onnxruntime'),
    lacking: 'no Python with onnxruntime: the test that reads a release with it is skipped',
  },
];
const CURE = 'install Python 3 with venv and pip (Debian: apt-get install python3-venv)';

const isInstalled = ({ requirements, stamp }) =>
  existsSync(stamp) && readFileSync(stamp, 'utf8') === readFileSync(requirements, 'utf8');

/** A Python with what tests want of it, each by itself: what has no wheel for this machine leaves the others alone. */
export const ensurePython = async () => {
  const missing = wants.filter((want) => !isInstalled(want));
  if (missing.length === 0) return;
  const pip = join(venv, 'bin', 'pip');
  const hasVenv =
    existsSync(pip) ||
    ((await ensure('python3', ['-c', 'import ensurepip, venv'], 'python3-venv')) && // which Debian leaves out of python3
      (await step('python3 -m venv .nextcart/venv', 'python3', ['-m', 'venv', venv])) === 0);
  for (const { what, requirements, stamp, lacking } of missing) {
    const options = ['install', '-q', '--disable-pip-version-check', '-r', requirements];
    if (hasVenv && (await step(`pip install (${what})`, pip, options)) === 0)
      writeFileSync(stamp, readFileSync(requirements));
    else say(`  ${lacking}. Cure: ${CURE}`);
  }
};

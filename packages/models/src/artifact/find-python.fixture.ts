import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const OWN = fileURLToPath(new URL('../../../../.nextcart/venv/bin/python', import.meta.url));
const CURE =
  'python3 -m venv .nextcart/venv && .nextcart/venv/bin/pip install -r packages/models/src/artifact/requirements.txt';

/** Its reports off before it is loaded: see training/engine.ts. */
const PROBE = 'import os; os.environ["ORT_DISABLE_TELEMETRY"] = "1"; import onnxruntime, numpy';

/** A Python that has onnxruntime: that of the tests, which `npm test` makes, or `python3` as it is. */
export const findPython = (): { readonly python: string } | { readonly missing: string } => {
  const python = existsSync(OWN) ? OWN : 'python3';
  try {
    execFileSync(python, ['-c', PROBE], {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    });
    return { python };
  } catch (error) {
    const { stderr, message } = error as Error & { readonly stderr?: string };
    return { missing: `${stderr?.trim().split('\n').at(-1) ?? message}; ${CURE}` };
  }
};
